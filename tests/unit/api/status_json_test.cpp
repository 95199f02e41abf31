#include <nlohmann/json.hpp>

#include "api/v1/status.h"
#include "tests/support/catch.h"

namespace certloop::v1 {
namespace {

using nlohmann::json;

constexpr std::chrono::sys_seconds kThen = std::chrono::sys_days{std::chrono::year{2026} / 8 / 1};

Status one_target(ConditionStatus ready) {
  TargetStatus target;
  target.project = "shop";
  target.secret = "front-tls";
  target.format = "tls";
  target.ready = {ready, "InSync", "", kThen};
  target.stalled = {ConditionStatus::no, "InSync", "", kThen};
  MappingStatus mapping;
  mapping.name = "shop/front";
  mapping.targets = {target};
  Status status;
  status.version = "1.2.3";
  status.file.loaded = true;
  status.mappings = {mapping};
  return status;
}

}  // namespace

TEST_CASE("all is ready when every target is and the newest file was taken") {
  CHECK(all_ready(one_target(ConditionStatus::yes)));
  CHECK_FALSE(all_ready(one_target(ConditionStatus::no)));
  CHECK_FALSE(all_ready(one_target(ConditionStatus::unknown)));
  CHECK_FALSE(all_ready(Status{}));

  Status refused = one_target(ConditionStatus::yes);
  refused.file.faults = {{{"shop.yaml", 12, 7}, "unknown key", ""}};
  CHECK_FALSE(all_ready(refused));

  Status empty;
  empty.file.loaded = true;
  CHECK_FALSE(all_ready(empty));
}

TEST_CASE("a status is written with the members of its interface") {
  const auto status = json::parse(to_json(one_target(ConditionStatus::yes)));
  CHECK(status["version"] == "1.2.3");
  CHECK(status["ready"] == true);
  CHECK(status["mappingFile"] ==
        json{{"loaded", true}, {"since", nullptr}, {"faults", json::array()}});
  const json& mapping = status["mappings"][0];
  CHECK(mapping["name"] == "shop/front");
  CHECK(mapping["source"]["notAfter"] == nullptr);
  const json& target = mapping["targets"][0];
  CHECK(target["project"] == "shop");
  CHECK(target["secret"] == "front-tls");
  CHECK(target["format"] == "tls");
  CHECK(target["observedAt"] == nullptr);
  CHECK(target["writtenAt"] == nullptr);
  CHECK(target["conditions"][0] == json{{"type", "Ready"},
                                        {"status", "True"},
                                        {"reason", "InSync"},
                                        {"message", ""},
                                        {"lastTransitionTime", "2026-08-01T00:00:00Z"}});
  CHECK(target["conditions"][1]["type"] == "Stalled");
}

TEST_CASE("a status tells of signed notifications where they are looked for") {
  Status status = one_target(ConditionStatus::yes);
  CHECK_FALSE(json::parse(to_json(status)).contains("signedNotifications"));
  status.signed_notifications.emplace();
  status.signed_notifications->problem = "refused";
  status.signed_notifications->refused.time = 3;
  CHECK(json::parse(to_json(status))["signedNotifications"] ==
        json{{"keyKnown", false},
             {"keyReadAt", nullptr},
             {"problem", "refused"},
             {"accepted", 0},
             {"deferred", 0},
             {"refused", {{"malformed", 0}, {"algorithm", 0}, {"signature", 0}, {"time", 3}}}});
  status.signed_notifications->key_read_at = kThen;
  const auto known = json::parse(to_json(status))["signedNotifications"];
  CHECK(known["keyKnown"] == true);
  CHECK(known["keyReadAt"] == "2026-08-01T00:00:00Z");
}

TEST_CASE("a status without mappings has empty lists, not nulls") {
  const auto status = json::parse(to_json(Status{}));
  CHECK(status["mappings"] == json::array());
  CHECK(status["mappingFile"]["faults"] == json::array());
}

TEST_CASE("bytes that are no UTF-8 do not break the status") {
  Status status = one_target(ConditionStatus::yes);
  status.mappings[0].source.subject = "\xff\xfe";
  status.file.faults = {{{"\xff.yaml", 1, 1}, "m", "h"}};
  CHECK_NOTHROW(json::parse(to_json(status)));
}

TEST_CASE("faults are written for editors, each with its place") {
  const auto text = to_json(std::vector<Fault>{{{"shop.yaml", 12, 7}, "unknown key", "a hint"}});
  CHECK(json::parse(text) == json{{"valid", false},
                                  {"faults",
                                   {{{"file", "shop.yaml"},
                                     {"line", 12},
                                     {"column", 7},
                                     {"message", "unknown key"},
                                     {"hint", "a hint"}}}}});
  CHECK(json::parse(to_json(std::vector<Fault>{})) ==
        json{{"valid", true}, {"faults", json::array()}});
}

TEST_CASE("every condition status has Kubernetes' word") {
  CHECK(std::string(to_string(ConditionStatus::unknown)) == "Unknown");
  CHECK(std::string(to_string(ConditionStatus::yes)) == "True");
  CHECK(std::string(to_string(ConditionStatus::no)) == "False");
}

}  // namespace certloop::v1
