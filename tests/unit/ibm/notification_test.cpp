#include "controller/ibm/notification.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

namespace certloop::ibm {
namespace {

using nlohmann::json;
using Headers = std::vector<std::pair<std::string, std::string>>;
using Kind = Notification::Kind;

constexpr const char* kInstance = "7c2e1111-2222-3333-4444-555566667777";
constexpr const char* kSecret = "0cf4addb-7a90-410b-a3a7-a15bbe2b7909";
const std::string kInstanceCrn = std::string("crn:v1:bluemix:public:secrets-manager:eu-de:a/") +
                                 "0123456789abcdef0123456789abcdef:" + kInstance + "::";
const std::string kSecretCrn = std::string("crn:v1:bluemix:public:secrets-manager:eu-de:a/") +
                               "0123456789abcdef0123456789abcdef:" + kInstance +
                               ":secret:" + kSecret;

json secret_entry(const std::string& id = kSecretCrn) {
  return {{"event_time", "2026-08-20T10:11:12Z"},
          {"event_triggered_by", "SecretsManager"},
          {"secret_group_id", "default"},
          {"secret_id", id},
          {"secret_name", "pay"},
          {"domains", "pay.example.com"}};
}

json data_of(const std::string& event = "secret_rotated", json secrets = {secret_entry()}) {
  return {{"event_type", event},
          {"secret_type", "imported_cert"},
          {"secrets", std::move(secrets)},
          {"source_instance_crn", kInstanceCrn},
          {"source_instance_api_public_url", "https://evil.example/api"}};
}

json envelope(json data, const std::string& type) {
  return {{"id", "f3b1"},
          {"notification_id", "0b9a6c1e-0000-4000-8000-000000000000"},
          {"specversion", "1.0"},
          {"source", kInstanceCrn},
          {"type", "com.ibm.cloud.secrets-manager." + type},
          {"datacontenttype", "application/json"},
          {"data", std::move(data)}};
}

Notification parsed(const std::string& body, const Headers& headers = {}) {
  const auto notification = parse_notification(headers, body);
  REQUIRE(notification);
  return *notification;
}

Notification parsed(const json& body, const Headers& headers = {}) {
  return parsed(body.dump(), headers);
}

void check_is_pay(const Notification& notification) {
  CHECK(notification.kind == Kind::secrets);
  CHECK(notification.event_type == "secret_rotated");
  REQUIRE(notification.secrets.size() == 1);
  CHECK(notification.secrets[0].instance == kInstance);
  CHECK(notification.secrets[0].id == kSecret);
  CHECK(notification.secrets[0].type == "imported_cert");
  CHECK(notification.secrets[0].name == "pay");
}

}  // namespace

TEST_CASE("every dialect of one notification means the same") {
  SECTION("structured, as Event Notifications delivers it") {
    const auto notification = parsed(envelope(data_of(), "secret_rotated"));
    check_is_pay(notification);
    CHECK(notification.id == "0b9a6c1e-0000-4000-8000-000000000000");
  }
  SECTION("binary: the type in a header, the body is the data") {
    check_is_pay(parsed(data_of(), {{"ce-specversion", "1.0"},
                                    {"ce-type", "com.ibm.cloud.secrets-manager.secret_rotated"}}));
  }
  SECTION("bare: the data alone, as a template may leave it") {
    check_is_pay(parsed(data_of()));
  }
  SECTION("structured without an event type in the data") {
    json data = data_of();
    data.erase("event_type");
    check_is_pay(parsed(envelope(data, "secret_rotated")));
  }
  SECTION("structured with a subtype") {
    check_is_pay(parsed(envelope(data_of(), "secret_rotated:by_hand")));
  }
  SECTION("a bare secret id, with the instance told beside it") {
    check_is_pay(parsed(envelope(data_of("secret_rotated", {secret_entry(kSecret)}), "x")));
  }
  SECTION("with white space around it") {
    check_is_pay(parsed(" \r\n" + envelope(data_of(), "secret_rotated").dump(2) + "\n"));
  }
}

TEST_CASE("the CRN of a secret names its instance, whatever else is told") {
  json data = data_of();
  data["source_instance_crn"] =
      "crn:v1:bluemix:public:secrets-manager:eu-de:a/x:99999999-2222-3333-4444-555566667777::";
  CHECK(parsed(data).secrets.at(0).instance == kInstance);
}

TEST_CASE("what cannot be a secret's or an instance's id is left empty") {
  struct Case {
    const char* fact;
    const char* id;
  };
  for (const Case& c : {Case{"nothing", ""}, Case{"a path", "../../etc/passwd"},
                        Case{"a text of the right length", "0cf4addb-7a90-410b-a3a7-a15bbe2b790/"},
                        Case{"a CRN without an end", "crn:v1:bluemix:public"},
                        Case{"a CRN that ends in a colon", "crn:v1:a:b:c:d:e:f:secret:"},
                        Case{"upper case", "0CF4ADDB-7A90-410B-A3A7-A15BBE2B7909"}}) {
    DYNAMIC_SECTION(c.fact) {
      const auto notification = parsed(data_of("secret_rotated", {secret_entry(c.id)}));
      REQUIRE(notification.secrets.size() == 1);
      CHECK(notification.secrets[0].id.empty());
      CHECK(notification.secrets[0].name == "pay");
    }
  }
}

TEST_CASE("each event type wakes or does not") {
  struct Case {
    const char* event;
    Kind kind;
  };
  const Kind wakes = Kind::secrets;
  const Kind quiet = Kind::irrelevant;
  const std::vector<Case> cases = {
      {"secret_created", wakes},
      {"secret_rotated", wakes},
      {"secret_deleted", wakes},
      {"secret_revoked", wakes},
      {"secret_expired", wakes},
      {"secret_about_to_expire", wakes},
      {"secret_data_removed", wakes},
      {"secret_version_data_deleted", wakes},
      {"secret_creation_failed", quiet},
      {"secret_rotation_failed", quiet},
      {"secret_deletion_failed", quiet},
      {"secret_deletion_blocked", quiet},
      {"secret_revocation_blocked", quiet},
      {"secret_rotation_blocked", quiet},
      {"secret_expiration_blocked", quiet},
      {"secret_task_created", quiet},
      {"secret_task_succeeded", quiet},
      {"secret_task_failed", quiet},
      {"secret_task_deleted", quiet},
      {"test_event", quiet},
      {"secret_something_new", wakes},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.event) {
      CHECK(parsed(envelope(data_of(c.event), c.event)).kind == c.kind);
      CHECK(parsed(data_of(c.event)).kind == c.kind);
      CHECK(parsed(envelope(data_of(c.event), c.event)).event_type == c.event);
    }
  }
}

TEST_CASE("an event type loses its prefix and its subtype") {
  const auto notification =
      parsed(envelope(data_of("secret_about_to_expire"), "secret_about_to_expire:in_10_days"));
  CHECK(notification.event_type == "secret_about_to_expire");
  CHECK(notification.kind == Kind::secrets);
  json data = data_of();
  data["event_type"] = "com.ibm.cloud.secrets-manager.secret_about_to_expire:in_0_days";
  CHECK(parsed(data).event_type == "secret_about_to_expire");
}

TEST_CASE("the test event is understood and needs no look") {
  json data =
      data_of("test_event", {{{"secret_id", kSecret}, {"secret_name", "test_secret_name"}}});
  data["secret_type"] = "test_secret_type";
  CHECK(parsed(envelope(data, "test_event")).kind == Kind::irrelevant);
}

TEST_CASE("a ring that does not say for what asks for a look at everything") {
  const std::vector<std::pair<const char*, std::string>> cases = {
      {"nothing", ""},
      {"white space", " \r\n\t"},
      {"an empty object", "{}"},
      {"a timer's own JSON", R"({"schedule":"*/10 * * * *"})"},
      {"somebody else's event", R"({"type":"com.github.push","data":{"secrets":["x"]}})"},
      {"a template that names no event", R"({"secrets":[{"secret_id":"x"}]})"},
      {"data that is a text",
       R"({"type":"com.ibm.cloud.secrets-manager.secret_rotated","data":"e30"})"},
      {"a rotation of nothing", data_of("secret_rotated", json::array()).dump()},
      {"a rotation whose secrets are no list", data_of("secret_rotated", "x").dump()},
      {"a rotation whose secrets are no objects", data_of("secret_rotated", {1, "x"}).dump()},
  };
  for (const auto& [fact, body] : cases) {
    DYNAMIC_SECTION(fact) {
      const auto notification = parsed(body);
      CHECK(notification.kind == Kind::unrecognized);
      CHECK(notification.secrets.empty());
    }
  }
}

TEST_CASE("all of a notification's secrets are read") {
  json secrets = json::array();
  for (int i = 0; i < 100; ++i) secrets.push_back(secret_entry());
  CHECK(parsed(data_of("secret_rotated", secrets)).secrets.size() == 100);
}

TEST_CASE("more secrets than anybody sends are not cut: everything is looked at") {
  json secrets = json::array();
  for (int i = 0; i < 1000; ++i) secrets.push_back(secret_entry());
  CHECK(parsed(data_of("secret_rotated", secrets)).kind == Kind::secrets);
  secrets.push_back(secret_entry());
  const auto notification = parsed(data_of("secret_rotated", secrets));
  CHECK(notification.kind == Kind::unrecognized);
  CHECK(notification.secrets.empty());
}

TEST_CASE("members of a wrong type read as absent") {
  json entry = secret_entry();
  entry["secret_name"] = 7;
  entry["secret_id"] = nullptr;
  json data = data_of("secret_rotated", {entry});
  data["secret_type"] = json::array();
  data["source_instance_crn"] = true;
  const auto notification = parsed(data);
  REQUIRE(notification.secrets.size() == 1);
  const SecretHint& hint = notification.secrets[0];
  CHECK((hint.id + hint.name + hint.type + hint.instance).empty());
}

TEST_CASE("what is no JSON object is invalid, and does not crash") {
  const std::vector<std::pair<const char*, std::string>> cases = {
      {"text", "hello"},
      {"a list", "[]"},
      {"a number", "7"},
      {"a cut object", R"({"data":{"secrets":[)"},
      {"an object and more", "{} {}"},
      {"bytes that are no UTF-8", "{\"a\":\"\xff\xfe\"}"},
      {"a byte order mark and nothing", "\xef\xbb\xbf"},
      {"a form", "payload=%7B%7D"},
      {"100 000 brackets", std::string(100'000, '[')},
      {"100 000 open objects",
       [] {
         std::string deep;
         for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
         return deep;
       }()},
  };
  for (const auto& [fact, body] : cases) {
    DYNAMIC_SECTION(fact) {
      const auto notification = parse_notification({}, body);
      REQUIRE_FALSE(notification);
      CHECK(notification.error().code == ErrorCode::invalid);
      CHECK(notification.error().message == "the body is not a JSON object");
    }
  }
}

TEST_CASE("deep nesting in a well-formed body is survived") {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(parsed("{\"a\":" + deep + "}").kind == Kind::unrecognized);
  std::string body = data_of().dump();
  body.insert(1, "\"x\":" + deep + ",");
  check_is_pay(parsed(body));
}

TEST_CASE("what reaches the log is printable and capped") {
  json body = envelope(data_of("secret_rotated\x1b[31m" + std::string(1000, 'x')), "x");
  body["notification_id"] = "line\nbreak" + std::string(1000, 'x');
  const auto notification = parsed(body);
  CHECK(notification.id.size() == 64);
  CHECK(notification.id.rfind("line?break", 0) == 0);
  CHECK(notification.event_type.size() == 64);
  CHECK(notification.event_type.find('\x1b') == std::string::npos);
}

TEST_CASE("sample defect 3: a hundred secrets count, and an empty list does not crash") {
  json secrets = json::array();
  for (int i = 0; i < 100; ++i) secrets.push_back(secret_entry());
  CHECK(parsed(envelope(data_of("secret_rotated", secrets), "secret_rotated")).secrets.size() ==
        100);
  CHECK(
      parsed(envelope(data_of("secret_rotated", json::array()), "secret_rotated")).secrets.empty());
}

TEST_CASE("sample defect 5: the event type is read, and one that changed nothing wakes nobody") {
  CHECK(parsed(data_of("secret_rotation_failed")).kind == Kind::irrelevant);
  CHECK(parsed(data_of("secret_task_created")).kind == Kind::irrelevant);
}

}  // namespace certloop::ibm
