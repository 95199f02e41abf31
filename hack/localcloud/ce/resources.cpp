#include "hack/localcloud/ce/resources.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "hack/localcloud/ce/refusal.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kLongestQuantity = 10;
constexpr double kGiga = 1e9;

struct Combination {
  double cpu = 0;
  std::array<double, 3> memory{};  // G, filled up with 0
};

constexpr Combination kCombinations[] = {
    {0.125, {0.25, 0.5, 1}}, {0.25, {0.5, 1, 2}}, {0.5, {1, 2, 4}}, {1, {2, 4, 8}}, {2, {4, 8, 16}},
    {4, {8, 16, 32}},        {6, {12, 24, 48}},   {8, {16, 32}},    {10, {20, 40}}, {12, {24, 48}}};
constexpr Combination kFunctionCombinations[] = {{0.25, {1}}, {0.5, {2}}, {1, {4}}};

bool equal(double left, double right) {
  return std::abs(left - right) < 1e-9;
}

// "Gi", "MB", "m": what one of it is.
std::optional<double> scale_of(std::string unit) {
  if (!unit.empty() && unit.back() == 'B') unit.pop_back();
  if (unit.empty()) return 1;
  if (unit == "n") return 1e-9;
  if (unit == "u") return 1e-6;
  if (unit == "m") return 1e-3;
  constexpr std::string_view kPrefixes = "KMGTPE";
  const auto power = kPrefixes.find(unit.front() == 'k' ? 'K' : unit.front());
  if (power == std::string_view::npos) return std::nullopt;
  const double exponent = static_cast<double>(power) + 1;
  if (unit.size() == 1) return std::pow(1000, exponent);
  if (unit.substr(1) == "i") return std::pow(1024, exponent);
  return std::nullopt;
}

double limit(const Json& document, const std::string& name) {
  const auto found = document.find(name);
  if (found == document.end() || !found->is_string()) return 0;
  return quantity(found->get<std::string>()).value_or(0);
}

template <std::size_t kCount>
void check(const Combination (&table)[kCount], const Json& document) {
  const double cpu = limit(document, "scale_cpu_limit");
  const double memory = limit(document, "scale_memory_limit") / kGiga;
  const bool known =
      memory > 0 && std::any_of(table, table + kCount, [&](const Combination& one) {
        return equal(one.cpu, cpu) && std::any_of(one.memory.begin(), one.memory.end(),
                                                  [&](double fit) { return equal(fit, memory); });
      });
  if (!known) {
    throw invalid("scale_cpu_limit and scale_memory_limit are not a supported combination.");
  }
}

}  // namespace

std::optional<double> quantity(const std::string& text) {
  if (text.empty() || text.size() > kLongestQuantity) return std::nullopt;
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{} || number < 0 || !std::isfinite(number)) return std::nullopt;
  const auto scale = scale_of(std::string(stop, end));
  if (!scale) return std::nullopt;
  return number * *scale;
}

void check_combination(const Json& document) {
  check(kCombinations, document);
  if (limit(document, "scale_ephemeral_storage_limit") > limit(document, "scale_memory_limit")) {
    throw invalid("scale_ephemeral_storage_limit is more than scale_memory_limit.");
  }
}

void check_function_combination(const Json& document) {
  check(kFunctionCombinations, document);
}

Load Load::of(const Json& document, int instances) {
  return {instances, instances * limit(document, "scale_cpu_limit"),
          instances * limit(document, "scale_memory_limit"),
          instances * limit(document, "scale_ephemeral_storage_limit")};
}

Load& Load::operator+=(const Load& other) {
  instances += other.instances;
  cpu += other.cpu;
  memory += other.memory;
  storage += other.storage;
  return *this;
}

bool Load::fits() const {
  constexpr int kInstances = 250;
  constexpr double kCpu = 128;
  constexpr double kBytes = 512 * kGiga;
  return instances <= kInstances && cpu <= kCpu && memory <= kBytes && storage <= kBytes;
}

}  // namespace localcloud::ce
