#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/cloud_client.h"
#include "tests/support/cloud_options.h"
#include "tests/support/pki.h"
#include "tests/support/process.h"

// A cloud of its own and the real binary against it. Everything goes over the wire, as it would for
// a user; nothing here knows the controller's code.
namespace e2e {

using cloud_client::Client;
using cloud_client::Json;

inline constexpr const char* kSharedSecret = "shared-secret-of-the-tests-0123456789";

// A folder that vanishes with its test.
class Folder {
 public:
  Folder();
  ~Folder();
  std::string path(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const;  // returns its path

 private:
  std::filesystem::path path_;
};

// What goes into a secret of Secrets Manager.
struct Certificate {
  std::string certificate{};
  std::string intermediate{};
  std::string private_key{};
  std::string serial{};
};

// A root and an intermediate, and leaves from the latter.
class Pki {
 public:
  Certificate issue(const std::string& dns_name,
                    test_pki::Time not_after = test_pki::kFarAhead) const;

 private:
  test_pki::Authority root_ = test_pki::Authority::self_signed({.name = "Test Root"});
  test_pki::Authority intermediate_ = root_.issue_authority({.name = "Test Intermediate"});
};

struct To {
  std::string project{};  // "shop" or "admin"
  std::string secret{};
  std::string extra{};  // more members, in YAML's flow style: ", format: generic, data: {…}"
};

class World {
 public:
  explicit World(const localcloud::CloudOptions& options = {});

  // --- the cloud, as its user sees it
  std::string import_certificate(const std::string& name, const Certificate& certificate);
  void rotate(const std::string& id, const Certificate& certificate);
  // A target's data; an empty object when it is not there.
  Json data_of(const std::string& project, const std::string& secret) const;
  void edit_by_hand(const std::string& project, const std::string& secret, const Json& data);
  // Writes (POST, PUT) that reached Code Engine so far.
  std::size_t writes() const;
  std::size_t reads_of(const std::string& secret_id) const;  // of its payload
  void fault(const Json& fault);
  void set_switch(const std::string& name, const Json& value);
  // In a cloud whose reads are late, lets a moment pass, after which they show what was written.
  void settle() const;
  World& hold_events();  // Secrets Manager's events wait for flush(), however long that takes
  const Client& sm() const { return sm_; }
  // A client of any other of the cloud's addresses, with a token.
  Client signed_in(const std::string& url) const { return Client(url).bearer(token_); }
  const std::map<std::string, std::string>& addresses() const { return cloud_environment_; }
  const Client& local() const { return local_; }
  const Client& project(const std::string& name) const { return name == "shop" ? shop_ : admin_; }

  // --- the mapping: one entry for each call, then written to mapping_path()
  void map(const std::string& name, const std::string& secret_id, const std::vector<To>& targets,
           const std::string& require = "", const std::vector<std::string>& options = {});
  // The same for a secret of the default group that is found by its name.
  void map_by_name(const std::string& name, const std::string& secret_name,
                   const std::vector<To>& targets);
  void write_mapping(const std::string& resync = "10m");
  std::string mapping_path() const { return folder_.path("mapping.yaml"); }
  std::string mapping_text() const { return mapping_text_; }
  const Folder& folder() const { return folder_; }

  // --- the controller
  std::map<std::string, std::string> environment() const;
  test_support::Finished certloop(const std::vector<std::string>& arguments) const;

  // Source, topic, destination and subscription, so that rotations reach `url`.
  void wire_notifications(const std::string& url);
  // The same by a webhook destination that signs and leads nowhere until point() says where to.
  // Returns its address.
  std::string wire_signed_notifications();
  void point(const std::string& destination, const std::string& url);
  // The same as runs of a job of the project "shop".
  void wire_job_notifications(const std::string& job);
  void flush();  // Secrets Manager's pending events go out now

  // Asks again and again; false when `done` has not said so within half a minute.
  [[nodiscard]] static bool eventually(const std::function<bool()>& done);

 private:
  void add_mapping(const std::string& name, const std::string& from,
                   const std::vector<To>& targets);
  std::string make_destination(const std::string& type, const Json& params);  // its id
  void subscribe(const std::string& destination_id, const Json& attributes);

  localcloud::Cloud cloud_;
  std::map<std::string, std::string> cloud_environment_ = cloud_.environment();
  std::string token_;
  Client sm_, shop_, admin_, en_, local_;
  bool reads_are_late_;
  Folder folder_{};
  std::string mappings_{};
  std::string mapping_text_{};
};

// `certloop run`, listening on a free port.
class Controller {
 public:
  explicit Controller(const World& world, const std::vector<std::string>& more = {},
                      const std::map<std::string, std::string>& environment = {});
  // Waits until this log event names all these words, and what it tells can be read in the cloud
  // (which is not waited for after "notified": nothing was done yet).
  std::optional<std::string> log(const std::string& event,
                                 const std::vector<std::string>& words = {});
  // Waits until each of these words was in a line of that event, in any order.
  bool logged_all(const std::string& event, std::vector<std::string> words);
  const std::string& url() const { return url_; }
  Client client() const { return Client(url_).bearer(kSharedSecret); }
  test_support::Process& process() { return process_; }
  const World& world() const { return world_; }

 private:
  const World& world_;
  test_support::Process process_;
  std::string url_;
};

// A notification as Event Notifications would send it.
Json notification(const std::string& event_type, const std::vector<std::string>& secret_ids,
                  const std::string& secret_type = "imported_cert");

}  // namespace e2e
