#include "hack/localcloud/en/batcher.h"

#include <algorithm>
#include <tuple>

#include "hack/localcloud/frame/characters.h"

namespace localcloud::en {
namespace {

constexpr char kPrefix[] = "com.ibm.cloud.secrets-manager.";

using Batch = std::vector<SecretEvent>;

auto group_of(const SecretEvent& event) {
  return std::tie(event.instance_crn, event.event_type, event.secret_type, event.event_sub_type);
}

// The batch that still takes the event; a new one when there is none.
Batch& batch_for(const SecretEvent& event, std::vector<Batch>& batches) {
  const auto open = std::find_if(batches.begin(), batches.end(), [&](const Batch& batch) {
    return batch.size() < Batcher::kMostSecrets && group_of(batch.front()) == group_of(event);
  });
  return open == batches.end() ? batches.emplace_back() : *open;
}

// "crn:...:<guid>::" -> "crn:...:<guid>:secret:<uuid>". The test event's made-up id stays bare.
Json secret_view(const SecretEvent& event, bool as_crn) {
  Json secret = event.secret;
  if (as_crn && event.event_type != "test_event" && secret.contains("secret_id")) {
    const std::string instance = event.instance_crn.substr(0, event.instance_crn.size() - 1);
    secret["secret_id"] = instance + "secret:" + secret.at("secret_id").get<std::string>();
  }
  return secret;
}

Json data_of(const Batch& batch, bool ids_as_crn) {
  const SecretEvent& first = batch.front();
  Json secrets = Json::array();
  for (const SecretEvent& event : batch) secrets.push_back(secret_view(event, ids_as_crn));
  Json data{{"event_type", first.event_type},
            {"secret_type", first.secret_type},
            {"secrets", secrets},
            {"source_service", "SecretsManager"},
            {"source_instance_crn", first.instance_crn},
            {"source_instance_dashboard_url",
             "https://cloud.ibm.com/services/secrets-manager/" + first.instance_crn},
            {"source_instance_api_private_url", first.api_url + "/api"},
            {"source_instance_api_public_url", first.api_url + "/api"}};
  if (!first.event_sub_type.empty()) data["event_sub_type"] = first.event_sub_type;
  return data;
}

std::string type_of(const SecretEvent& event) {
  const std::string suffix = event.event_sub_type.empty() ? "" : ":" + event.event_sub_type;
  return kPrefix + event.event_type + suffix;
}

Json notification(const Batch& batch, World& world) {
  const SecretEvent& first = batch.front();
  const bool ids_as_crn = world.switches.value("event_secret_id_form") != "uuid";
  std::string time = rfc3339(world.clock.now());
  time.insert(time.size() - 1, ".000");
  const bool lower = world.switches.value("event_severity_form") == "lower";
  const std::string subject = "Secrets Manager: " + first.event_type;
  return {{"id", world.ids.uuid()},
          {"specversion", "1.0"},
          {"source", first.instance_crn},
          {"ibmensourceid", first.instance_crn},
          {"type", type_of(first)},
          {"time", time},
          {"datacontenttype", "application/json"},
          {"ibmenseverity", lower ? lowercase(first.severity) : first.severity},
          {"ibmendefaultshort", subject},
          {"ibmendefaultlong", subject + ", " + std::to_string(batch.size()) + " secret(s)"},
          {"data", data_of(batch, ids_as_crn)}};
}

}  // namespace

Batcher::Batcher(World& world, Send send) : world_(world), send_(std::move(send)) {
  world.switches.declare("batch_interval_ms", 90'000,
                         "how long Secrets Manager collects events before it sends them");
  world.switches.declare("event_severity_form", "upper",
                         "how ibmenseverity is written: upper or lower",
                         one_of({"upper", "lower"}));
  world.switches.declare("event_secret_id_form", "crn",
                         "form of data.secrets[].secret_id in events: crn or uuid",
                         one_of({"crn", "uuid"}));
}

void Batcher::add(SecretEvent event) {
  if (pending_.empty()) schedule();
  pending_.push_back(std::move(event));
}

void Batcher::schedule() {
  const auto interval = world_.switches.value("batch_interval_ms").get<std::int64_t>();
  const std::chrono::milliseconds wait(std::clamp<std::int64_t>(interval, 0, 3'600'000));
  world_.scheduler->after(wait, [this, round = ++round_] {
    if (round == round_) flush();
  });
}

std::size_t Batcher::flush() {
  ++round_;
  std::vector<Batch> batches;
  for (SecretEvent& event : std::exchange(pending_, {})) {
    Batch& batch = batch_for(event, batches);
    batch.push_back(std::move(event));
  }
  for (const Batch& batch : batches) send_(notification(batch, world_));
  return batches.size();
}

}  // namespace localcloud::en
