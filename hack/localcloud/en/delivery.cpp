#include "hack/localcloud/en/delivery.h"

#include "hack/localcloud/en/envelope.h"
#include "hack/localcloud/en/job_destination.h"
#include "hack/localcloud/frame/number.h"

namespace localcloud::en {
namespace {

using std::chrono::milliseconds;

constexpr int kRetries = 3;
constexpr int kGrowth = 3;  // 1 s, 3 s, 9 s: "exponential, 1 to 10 seconds"
constexpr std::size_t kMostRecords = 1000;
constexpr int kLongestRetryAfter = 3600;  // seconds
constexpr int kMostRedirects = 5;

// Of the old policy, in units of today's first delay and time-out: 5 s, 60 s in all, 60 s each.
constexpr int kOldDelay = 5;
constexpr int kOldTotal = 60;
constexpr int kOldTimeout = 6;

Json view(const Delivery& delivery) {
  return {{"id", delivery.id},
          {"notification_id", delivery.notification_id},
          {"type", delivery.event_type},
          {"subscription_id", delivery.subscription_id},
          {"destination_id", delivery.destination.id},
          {"destination_name", delivery.destination.name},
          {"attempts", delivery.attempts},
          {"status", delivery.status},
          {"outcome", delivery.outcome},
          {"reason", delivery.reason}};
}

// Why nothing is sent to the destination at all; empty: it is.
std::string obstacle(const Delivery& delivery, const World& world) {
  const Destination& destination = delivery.destination;
  if (is_job(destination) && world.jobs == nullptr) return "nobody starts job runs here";
  if (destination.built_in()) return "e-mail and SMS are not sent here";
  return delivery.obstacle;
}

}  // namespace

DeliveryWorker::DeliveryWorker(World& world, Signing& signing) : world_(world), signing_(signing) {
  declare_envelope_switches(world.switches);
  declare_job_switches(world.switches);
  world.switches.declare("delivery_retry_first_ms", 1000,
                         "delay before the first retry; the next ones are three times as long");
  world.switches.declare("delivery_retry_4xx", true, "whether 4xx answers are retried");
  world.switches.declare("delivery_retry_policy", "exponential",
                         "exponential, or 60_seconds: the policy before February 2026",
                         one_of({"exponential", "60_seconds"}));
  world.switches.declare("delivery_success", "2xx", "answers that count as success: 2xx or 200",
                         one_of({"2xx", "200"}));
  world.switches.declare("delivery_follow_redirects", false, "whether redirects are followed");
}

void DeliveryWorker::submit(Delivery delivery) {
  const Record record = keep(std::move(delivery));
  if (const auto why = obstacle(*record, world_); !why.empty()) {
    return settle(*record, "not_delivered", why);
  }
  if (const auto disturbance = disturbances_.next()) return disturb(record, *disturbance);
  start(record);
}

DeliveryWorker::Record DeliveryWorker::keep(Delivery delivery) {
  delivery.id = world_.ids.uuid();
  records_.push_back(std::make_shared<Delivery>(std::move(delivery)));
  if (records_.size() > kMostRecords) records_.pop_front();
  return records_.back();
}

void DeliveryWorker::disturb(const Record& record, const Disturbance& disturbance) {
  switch (disturbance.disorder) {
    case Disorder::kLose:
      return settle(*record, "lost", "ordered");
    case Disorder::kDelay:
      return world_.scheduler->after(disturbance.delay, [this, record] { start(record); });
    case Disorder::kDouble:
      start(keep(*record));
      return start(record);
    case Disorder::kReorder:
      return hold(record, disturbance);
  }
}

void DeliveryWorker::hold(const Record& record, const Disturbance& disturbance) {
  held_.push_back(record);
  if (disturbance.last) return release_held();
  if (held_.size() == 1) {
    world_.scheduler->after(disturbance.delay, [this] { release_held(); });
  }
}

void DeliveryWorker::release_held() {
  const std::vector<Record> held = std::exchange(held_, {});
  for (auto record = held.rbegin(); record != held.rend(); ++record) start(*record);
}

void DeliveryWorker::start(const Record& record) {
  if (world_.outbound == nullptr) return settle(*record, "not_delivered", "no way out");
  attempt(record);
}

void DeliveryWorker::attempt(const Record& record) {
  ++record->attempts;
  if (is_job(record->destination)) {
    const OutboundResult result = start_job(world_, *record);
    world_.scheduler->after({}, [this, record, result] { finish_attempt(record, result); });
    return;
  }
  auto request = delivery_request(record->destination, record->event, world_.switches);
  if (record->text) request.body = *record->text;
  if (record->is_signed) signing_.sign(request, record->destination.id);
  if (!record->location.empty()) request.url = record->location;
  if (old_policy()) request.timeout *= kOldTimeout;
  world_.outbound->send(std::move(request), [this, record](const OutboundResult& result) {
    finish_attempt(record, result);
  });
}

bool DeliveryWorker::old_policy() const {
  return world_.switches.value("delivery_retry_policy") == "60_seconds";
}

bool DeliveryWorker::succeeded(const OutboundResult& result) const {
  if (world_.switches.value("delivery_success") == "200") return result.status == 200;
  return result.status >= 200 && result.status < 300;
}

void DeliveryWorker::finish_attempt(const Record& record, const OutboundResult& result) {
  record->status = result.status;
  record->reason = result.failure;
  const bool redirected =
      result.status >= 300 && result.status < 400 && !result.header("location").empty();
  if (redirected && record->attempts <= kMostRedirects &&
      world_.switches.on("delivery_follow_redirects")) {
    record->location = result.header("location");
    return attempt(record);
  }
  if (succeeded(result)) {
    settle(*record, "delivered", "");
  } else if (!may_retry(*record, result)) {
    settle(*record, "lost", result.status == 0 ? result.failure : "refused by the destination");
  } else {
    world_.scheduler->after(delay_after(record->attempts, result),
                            [this, record] { attempt(record); });
  }
}

bool DeliveryWorker::may_retry(Delivery& delivery, const OutboundResult& result) const {
  const bool is_4xx = result.status >= 400 && result.status < 500;
  if (is_4xx && !world_.switches.on("delivery_retry_4xx")) return false;
  if (!old_policy()) return delivery.attempts <= kRetries;
  const milliseconds unit(world_.switches.value("delivery_retry_first_ms").get<std::int64_t>());
  if (result.failure == "timeout") delivery.spent += unit * kOldTotal;
  delivery.spent += unit * kOldDelay;
  return delivery.spent <= unit * kOldTotal;
}

milliseconds DeliveryWorker::delay_after(int attempts, const OutboundResult& result) const {
  if (old_policy()) {
    const auto unit = world_.switches.value("delivery_retry_first_ms").get<std::int64_t>();
    return milliseconds(std::clamp<std::int64_t>(unit * kOldDelay, 0, 600'000));
  }
  const auto asked = whole_number<int>(result.header("retry-after"));
  if (asked && *asked >= 0) return std::chrono::seconds(std::min(*asked, kLongestRetryAfter));
  auto delay = world_.switches.value("delivery_retry_first_ms").get<std::int64_t>();
  delay = std::clamp<std::int64_t>(delay, 0, 600'000);
  for (int retry = 1; retry < attempts; ++retry) delay *= kGrowth;
  return milliseconds(delay);
}

void DeliveryWorker::settle(Delivery& delivery, const std::string& outcome,
                            const std::string& reason) {
  delivery.outcome = outcome;
  delivery.reason = reason;
  delivery.event = nullptr;  // only the facts about it are kept
  ++counts_[outcome];
}

Json DeliveryWorker::describe() const {
  Json deliveries = Json::array();
  for (const Record& record : records_) deliveries.push_back(view(*record));
  Json all(counts_);
  all["deliveries"] = deliveries;
  return all;
}

Json DeliveryWorker::state_of(const std::string& notification_id) const {
  Json details;
  std::string status = "success";
  for (const Record& record : records_) {
    if (record->notification_id != notification_id) continue;
    const bool pending = record->outcome == "pending";
    const bool good = record->outcome == "delivered";
    if (pending) status = "inprogress";
    if (!pending && !good && status == "success") status = "failure";
    if (details.is_null() || !good) {
      details = {{"status_code", record->status},
                 {"status_message", good ? "delivered" : record->outcome}};
    }
  }
  if (details.is_null()) return nullptr;
  return {{"status", status}, {"details", details}};
}

}  // namespace localcloud::en
