#include "hack/localcloud/en/disturbance.h"

#include <string>

#include "hack/localcloud/en/refusal.h"

namespace localcloud::en {
namespace {

constexpr std::size_t kMostOrders = 100;

std::int64_t number_of(const Json& order, const std::string& name, std::int64_t standard,
                       std::int64_t least, std::int64_t most) {
  const Json value = order.value(name, Json(standard));
  if (!value.is_number_integer() || value < least || value > most) {
    refuse(name + " must be an integer from " + std::to_string(least) + " to " +
           std::to_string(most));
  }
  return value.get<std::int64_t>();
}

Disorder disorder_of(const std::string& mode) {
  if (mode == "lose") return Disorder::kLose;
  if (mode == "delay") return Disorder::kDelay;
  if (mode == "double") return Disorder::kDouble;
  if (mode == "reorder") return Disorder::kReorder;
  refuse("mode must be lose, delay, double or reorder");
}

}  // namespace

void Disturbances::add(const Json& order) {
  refuse_unknown(order, {"mode", "count", "delay_ms"});
  if (orders_.size() == kMostOrders) refuse("too many orders");
  const Disturbance disturbance{
      .disorder = disorder_of(text(order, "mode", {1, 16})),
      .delay = std::chrono::milliseconds(number_of(order, "delay_ms", 1000, 0, 600'000))};
  orders_.push_back(
      {disturbance, static_cast<std::size_t>(number_of(order, "count", 1, 1, 10'000))});
}

std::optional<Disturbance> Disturbances::next() {
  if (orders_.empty()) return std::nullopt;
  Order& order = orders_.front();
  Disturbance disturbance = order.disturbance;
  disturbance.last = --order.left == 0;
  if (disturbance.last) orders_.pop_front();
  return disturbance;
}

}  // namespace localcloud::en
