#pragma once
#include <string>
#include <vector>

#include "hack/localcloud/frame/control.h"
#include "hack/localcloud/frame/gateway.h"
#include "hack/localcloud/frame/server.h"
#include "hack/localcloud/sm/secrets_manager.h"
#include "tests/localcloud/sm/certificates.h"
#include "tests/support/cloud_client.h"

namespace sm_tests {

using cloud_client::Answer;
using cloud_client::Json;

// Keeps tasks until the test lets them go: no test waits for real time.
struct HandScheduler : localcloud::Scheduler {
  void after(std::chrono::milliseconds wait, std::function<void()> task) override {
    waits.push_back(wait);
    tasks.push_back(std::move(task));
  }
  std::vector<std::chrono::milliseconds> waits{};
  std::vector<std::function<void()>> tasks{};
};

struct RecordingSink : localcloud::EventSink {
  void publish(localcloud::SecretEvent event) override { events.push_back(std::move(event)); }
  bool register_source(const std::string& sm_crn, const std::string& en_crn,
                       const std::string& name, const std::string& description) override {
    if (en_crn != known_crn) return false;
    source = {sm_crn, name, description};
    return true;
  }
  void unregister_source(const std::string& sm_crn) override {
    if (!source.empty() && source.front() == sm_crn) source.clear();
  }
  std::string known_crn{};
  std::vector<std::string> source{};
  std::vector<localcloud::SecretEvent> events{};
};

struct BearerAuthority : localcloud::Authority {
  std::optional<localcloud::Response> refuse(const localcloud::Request& request) override {
    if (request.header("authorization") == "Bearer good") return std::nullopt;
    return localcloud::ibm_error(401, "unauthorized", "no", "trace");
  }
};

// One Secrets Manager behind real HTTP, with a hand on its time and an ear on its events.
class House {
 public:
  House();
  ~House() { server_.stop(); }

  const cloud_client::Client& client() const { return client_; }
  std::string base_url() const;

  void set(const std::string& name, const Json& value) const;  // a switch
  void advance(std::chrono::seconds by) const;                 // the cloud's clock
  std::size_t run_orders();                       // lets all kept tasks go; how many they were
  std::vector<localcloud::SecretEvent> events();  // since the last call
  localcloud::SecretEvent only_event();           // throws when there is not exactly one
  std::vector<std::string> source();              // as registered

  // Bodies, and calls that throw when they are not answered as they should be.
  Json create(const Json& body) const;
  Json create_arbitrary(const std::string& name, const std::string& payload = "one") const;
  Json rotate(const Json& secret, const Json& body) const;
  Json get(const std::string& path) const;
  Json metadata(const Json& secret) const;
  static std::string path(const Json& secret, const std::string& rest = "");

 private:
  void on_thread(const std::function<void()>& task);
  localcloud::World make_world();

  localcloud::Server server_{"127.0.0.1", 0};
  HandScheduler scheduler_{};
  RecordingSink sink_{};
  BearerAuthority authority_{};
  localcloud::World world_;
  localcloud::Journal journal_{};
  localcloud::Faults faults_{};
  localcloud::Control control_;
  localcloud::SecretsManager secrets_manager_;
  localcloud::Gateway gateway_;
  cloud_client::Client client_;
};

Json imported(const std::string& name, const Pair& pair);  // a create body
std::string first_message(const Answer& answer);           // errors[0].message

}  // namespace sm_tests
