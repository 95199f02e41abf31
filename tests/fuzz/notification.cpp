// What is posted to the controller: the first byte chooses the headers, the rest is the body.
#include "controller/ibm/notification.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/fuzz/targets.h"

namespace certloop::fuzz {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kTypes[] = {"", "com.ibm.cloud.secrets-manager.secret_rotated", "test_event",
                                  "com.ibm.cloud.secrets-manager.secret_about_to_expire:in_10_days",
                                  "\x01\xff:"};

Headers headers_of(unsigned shape) {
  const std::string type = kTypes[shape % std::size(kTypes)];
  if (type.empty()) return {};
  return {{"content-type", "application/json"}, {"ce-specversion", "1.0"}, {"ce-type", type}};
}

bool is_id(const std::string& text) {
  return text.empty() || (text.size() == 36 && is_printable(text));
}

std::string printed(const Notification& notification) {
  std::string all = std::to_string(static_cast<int>(notification.kind)) + notification.event_type;
  for (const auto& hint : notification.secrets) {
    all += '\n' + hint.instance + '\n' + hint.id + '\n' + hint.type + '\n' + hint.name;
  }
  return all;
}

void check(const Notification& notification) {
  using Kind = Notification::Kind;
  law(is_printable(notification.id) && notification.id.size() <= 64, "the id is fit for a log");
  law(is_printable(notification.event_type) && notification.event_type.size() <= 64,
      "the event's type is fit for a log");
  law(notification.secrets.size() <= 1000, "the secrets are bounded");
  law(notification.kind != Kind::secrets || !notification.secrets.empty(), "secrets are named");
  law(notification.kind != Kind::unrecognized || notification.secrets.empty(),
      "who names secrets is recognized");
  for (const auto& hint : notification.secrets) {
    law(is_id(hint.id) && is_id(hint.instance), "an id is a UUID");
  }
}

// Event Notifications sends one event in two shapes.
void check_shapes(unsigned shape, std::string_view body, const Notification& notification) {
  const std::string type = kTypes[shape % std::size(kTypes)];
  const auto data = nlohmann::json::parse(body, nullptr, false);
  if (!data.is_object() || data.contains("data") || type.empty() || !is_printable(type)) return;
  const nlohmann::json whole{{"specversion", "1.0"}, {"type", type}, {"data", data}};
  const auto structured = ibm::parse_notification({}, whole.dump());
  law(structured.has_value(), "what is understood in parts is understood as a whole");
  law(printed(*structured) == printed(notification), "both shapes of an event say the same");
}

void run(std::string_view bytes) {
  Input input(bytes);
  const auto shape = input.byte();
  const auto headers = headers_of(shape);
  const auto notification = ibm::parse_notification(headers, input.rest());
  if (!notification) {
    law(notification.error().code == ErrorCode::invalid, "a bad body is the caller's fault");
    return check_message(notification.error().message);
  }
  check(*notification);
  const auto again = ibm::parse_notification(headers, input.rest());
  law(again && printed(*again) == printed(*notification), "the same body says the same");
  check_shapes(shape, input.rest(), *notification);
}

std::vector<std::string> seeds() {
  const std::string id = "0cf4addb-7a90-410b-a3a7-a15bbe2b7909";
  const std::string crn =
      "crn:v1:bluemix:public:secrets-manager:eu-de:a/"
      "1:7c2e1f0a-5b3d-4c69-8a17-d9e04b6f2c58:secret:";
  const std::string data = R"({"secrets":[{"secret_id":")" + crn + id +
                           R"(","secret_name":"a"},{"secret_id":")" + id +
                           R"("}],"secret_type":"imported_cert","source_instance_crn":")" + crn +
                           R"(","event_type":"secret_rotated","notification_id":"n"})";
  return {std::string(1, '\0') + R"({"specversion":"1.0","type":"t","data":)" + data + "}",
          "\x01" + data,
          "\x02" + data,
          "\x03{\"secrets\":[]}",
          std::string(1, '\0') + R"({"data":{"event_type":"test_event","secrets":[{}]}})",
          "\x04[1, \"\\ud834\\udd1e\", -1.5e3, null]",
          "\x01"};
}

}  // namespace

Target notification() {
  return {"notification", run, seeds};
}

}  // namespace certloop::fuzz
