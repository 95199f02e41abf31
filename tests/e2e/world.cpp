#include "tests/e2e/world.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "hack/localcloud/frame/world.h"
#include "tests/support/authorization.h"

namespace e2e {
namespace {

const Json& expect(const cloud_client::Answer& answer, const Json& body, const std::string& what) {
  if (answer.status < 200 || answer.status > 299) {
    throw std::runtime_error(what + ": HTTP " + std::to_string(answer.status) + " " + answer.body);
  }
  return body;
}

Json sent(const cloud_client::Answer& answer, const std::string& what) {
  const Json body = answer.body.empty() ? Json::object() : answer.json();
  return expect(answer, body, what);
}

bool has_lag(const Client& local) {
  const Json switches = sent(local.get("/switches"), "switches");
  return switches.at("ce_read_lag_ms").at("value") > 0 ||
         switches.at("ce_delete_lag_ms").at("value") > 0;
}

}  // namespace

Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "certloop-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& text) const {
  std::ofstream(path(name)) << text;
  return path(name);
}

Certificate Pki::issue(const std::string& dns_name, test_pki::Time not_after) const {
  const auto leaf = intermediate_.issue({.dns_names = {dns_name}, .not_after = not_after});
  return {leaf.certificate(), intermediate_.certificate(), leaf.private_key(), leaf.serial()};
}

World::World(const localcloud::CloudOptions& options)
    : cloud_(test_support::cloud_options(options)),
      token_(cloud_client::access_token(cloud_environment_.at("CERTLOOP_IAM_URL"),
                                        cloud_environment_.at("CERTLOOP_API_KEY"))),
      sm_(Client(cloud_environment_.at("LOCALCLOUD_SM_URL")).bearer(token_)),
      shop_(Client(cloud_environment_.at("LOCALCLOUD_CE_URL_A") + "/projects/" +
                   cloud_environment_.at("LOCALCLOUD_PROJECT_A"))
                .bearer(token_)),
      admin_(Client(cloud_environment_.at("LOCALCLOUD_CE_URL_B") + "/projects/" +
                    cloud_environment_.at("LOCALCLOUD_PROJECT_B"))
                 .bearer(token_)),
      en_(Client(cloud_environment_.at("LOCALCLOUD_EN_URL") + "/v1/instances/" +
                 cloud_environment_.at("LOCALCLOUD_EN_INSTANCE"))
              .bearer(token_)),
      local_(cloud_.url() + "/_local"),
      reads_are_late_(has_lag(local_)) {}

std::string World::import_certificate(const std::string& name, const Certificate& certificate) {
  Json body{
      {"secret_type", "imported_cert"}, {"name", name}, {"certificate", certificate.certificate}};
  if (!certificate.intermediate.empty()) body["intermediate"] = certificate.intermediate;
  if (!certificate.private_key.empty()) body["private_key"] = certificate.private_key;
  return sent(sm_.post("/api/v2/secrets", body), "import").at("id").get<std::string>();
}

void World::rotate(const std::string& id, const Certificate& certificate) {
  Json body{{"certificate", certificate.certificate}};
  if (!certificate.intermediate.empty()) body["intermediate"] = certificate.intermediate;
  if (!certificate.private_key.empty()) body["private_key"] = certificate.private_key;
  sent(sm_.post("/api/v2/secrets/" + id + "/versions", body), "rotate");
}

Json World::data_of(const std::string& name, const std::string& secret) const {
  settle();
  const auto answer = project(name).get("/secrets/" + secret);
  return answer.status == 404 ? Json::object() : sent(answer, "read target").at("data");
}

void World::edit_by_hand(const std::string& name, const std::string& secret, const Json& data) {
  settle();
  const auto answer = project(name).get("/secrets/" + secret);
  const std::string format = sent(answer, "read target").at("format").get<std::string>();
  sent(project(name).put("/secrets/" + secret, {{"format", format}, {"data", data}},
                         {{"If-Match", "*"}}),
       "edit by hand");
  settle();
}

std::size_t World::writes() const {
  std::size_t count = 0;
  for (const char* method : {"POST", "PUT"}) {
    const auto journal = local_.get(std::string("/journal?service=ce&method=") + method).json();
    count += journal.at("entries").size();
  }
  return count;
}

std::size_t World::reads_of(const std::string& secret_id) const {
  const auto journal = local_.get("/journal?service=sm&method=GET").json();
  std::size_t count = 0;
  for (const Json& entry : journal.at("entries")) {
    const std::string path = entry.at("path").get<std::string>();
    count += path.find("/secrets/" + secret_id + "/versions/current") != std::string::npos ? 1 : 0;
  }
  return count;
}

void World::fault(const Json& fault) {
  sent(local_.post("/faults", fault), "fault");
}

void World::set_switch(const std::string& name, const Json& value) {
  sent(local_.post("/switches", {{name, value}}), "switch");
}

void World::settle() const {
  if (reads_are_late_) sent(local_.post("/clock", {{"advance_seconds", 1}}), "clock");
}

World& World::hold_events() {
  set_switch("batch_interval_ms", 3'600'000);
  return *this;
}

void World::map(const std::string& name, const std::string& secret_id,
                const std::vector<To>& targets, const std::string& require,
                const std::vector<std::string>& options) {
  add_mapping(name, "id: " + secret_id, targets);
  if (!require.empty()) mappings_ += "      require: " + require + "\n";
  for (const std::string& option : options) mappings_ += "      " + option + "\n";
}

void World::map_by_name(const std::string& name, const std::string& secret_name,
                        const std::vector<To>& targets) {
  add_mapping(name, "group: default, type: imported_cert, name: " + secret_name, targets);
}

void World::add_mapping(const std::string& name, const std::string& from,
                        const std::vector<To>& targets) {
  mappings_ +=
      "    - name: " + name + "\n      from: { secretsManager: main, " + from + " }\n      to:\n";
  for (const To& to : targets) {
    mappings_ +=
        "        - { project: " + to.project + ", secret: " + to.secret + to.extra + " }\n";
  }
}

void World::write_mapping(const std::string& resync) {
  const auto& e = cloud_environment_;
  mapping_text_ =
      "apiVersion: certloop.dev/v1\nkind: CertificateMapping\nmetadata:\n  name: test\nspec:\n"
      "  resync: " +
      resync + "\n  secretsManagers:\n    main: { url: \"" + e.at("LOCALCLOUD_SM_URL") +
      "\" }\n  projects:\n    shop: { id: " + e.at("LOCALCLOUD_PROJECT_A") + ", url: \"" +
      e.at("LOCALCLOUD_CE_URL_A") + "\" }\n    admin: { id: " + e.at("LOCALCLOUD_PROJECT_B") +
      ", url: \"" + e.at("LOCALCLOUD_CE_URL_B") + "\" }\n  mappings:\n" + mappings_;
  // Swapped in whole, as an editor or a mounted config map does it.
  std::filesystem::rename(folder_.write("mapping.draft", mapping_text_), mapping_path());
}

std::map<std::string, std::string> World::environment() const {
  // How a sanitizer in the program behaves is told by the same variables as for this test.
  const char* tsan = std::getenv("TSAN_OPTIONS");
  return {{"TSAN_OPTIONS", tsan == nullptr ? "" : tsan},
          {"CERTLOOP_IAM_URL", cloud_environment_.at("CERTLOOP_IAM_URL")},
          {"CERTLOOP_API_KEY", cloud_environment_.at("CERTLOOP_API_KEY")},
          {"CERTLOOP_MAPPING", mapping_path()},
          {"CERTLOOP_REQUESTS_PER_SECOND", "1000"},
          {"ASAN_OPTIONS", "detect_leaks=0"}};
}

test_support::Finished World::certloop(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command{CERTLOOP_BINARY};
  command.insert(command.end(), arguments.begin(), arguments.end());
  auto finished = test_support::run_to_end(command, environment());
  settle();
  return finished;
}

std::string World::make_destination(const std::string& type, const Json& params) {
  const std::string part = "--edge\r\nContent-Disposition: form-data; name=\"";
  const std::string body = part + "name\"\r\n\r\ncertloop\r\n" + part + "type\"\r\n\r\n" + type +
                           "\r\n" + part + "config\"\r\nContent-Type: application/json\r\n\r\n" +
                           Json{{"params", params}}.dump() + "\r\n--edge--\r\n";
  return sent(en_.send("POST", "/destinations",
                       {{"Content-Type", "multipart/form-data; boundary=edge"}}, body),
              "destination")
      .at("id")
      .get<std::string>();
}

void World::subscribe(const std::string& destination_id, const Json& attributes) {
  const auto& e = cloud_environment_;
  sent(sm_.post("/api/v2/notifications/registration",
                {{"event_notifications_instance_crn", e.at("LOCALCLOUD_EN_CRN")},
                 {"event_notifications_source_name", "certificates"}}),
       "registration");
  const Json rule{{"enabled", true}, {"event_type_filter", "$.*"}, {"notification_filter", ""}};
  const Json source{{"id", e.at("LOCALCLOUD_SM_CRN")}, {"rules", {rule}}};
  const Json topic =
      sent(en_.post("/topics", {{"name", "certificates"}, {"sources", {source}}}), "topic");
  sent(en_.post("/subscriptions", {{"name", "certloop"},
                                   {"destination_id", destination_id},
                                   {"topic_id", topic.at("id")},
                                   {"attributes", attributes}}),
       "subscription");
}

void World::wire_notifications(const std::string& url) {
  subscribe(
      make_destination(
          "ibmce", {{"type", "application"},
                    {"url", url + "/v1/notifications"},
                    {"verb", "post"},
                    {"custom_headers", {{"Authorization", std::string("Bearer ") + kSharedSecret}}},
                    {"sensitive_headers", {"Authorization"}}}),
      Json::object());
}

void World::wire_job_notifications(const std::string& job) {
  const localcloud::Seed seed;
  sent(signed_in(cloud_environment_.at("CERTLOOP_IAM_URL"))
           .post("/v2/policies",
                 cloud_client::authorization(seed.account, "event-notifications", "codeengine",
                                             {"role:Viewer", "serviceRole:Writer"})),
       "authorization");
  const Json params{{"type", "job"}, {"project_crn", seed.project_a_crn()}, {"job_name", job}};
  subscribe(make_destination("ibmce", params), Json::object());
}

std::string World::wire_signed_notifications() {
  const std::string id =
      make_destination("webhook", {{"url", "http://127.0.0.1:1/"}, {"verb", "post"}});
  subscribe(id, {{"signing_enabled", true}});
  return en_.base_url() + "/destinations/" + id;
}

void World::point(const std::string& destination, const std::string& url) {
  const Json config{{"params", {{"url", url}, {"verb", "post"}}}};
  const std::string body = "--edge\r\nContent-Disposition: form-data; name=\"config\"\r\n\r\n" +
                           config.dump() + "\r\n--edge--\r\n";
  sent(signed_in(destination)
           .send("PATCH", "", {{"Content-Type", "multipart/form-data; boundary=edge"}}, body),
       "destination");
}

void World::flush() {
  sent(local_.post("/flush"), "flush");
}

bool World::eventually(const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
  return true;
}

}  // namespace e2e
