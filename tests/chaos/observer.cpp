#include "tests/chaos/observer.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace chaos {

std::uint64_t mark(const e2e::World& world) {
  // Far ahead, so that no entry has to be listed.
  return world.local().get("/journal?since=999999999999").json().at("next");
}

std::vector<Json> requests_since(const e2e::World& world, std::uint64_t mark) {
  const Json journal = world.local().get("/journal?since=" + std::to_string(mark)).json();
  std::vector<Json> requests;
  for (const Json& entry : journal.at("entries")) {
    if (entry.at("service") != "local") requests.push_back(entry);
  }
  return requests;
}

std::size_t applied_writes(const e2e::World& world, std::uint64_t mark) {
  const auto requests = requests_since(world, mark);
  return static_cast<std::size_t>(
      std::count_if(requests.begin(), requests.end(), [](const Json& entry) {
        const int served = entry.at("served").get<int>();
        return entry.at("service") == "ce" && entry.at("method") != "GET" && served >= 200 &&
               served <= 299;
      }));
}

bool fault_was_met(const e2e::World& world, std::uint64_t mark) {
  const auto requests = requests_since(world, mark);
  return std::any_of(requests.begin(), requests.end(),
                     [](const Json& entry) { return entry.contains("fault"); });
}

bool holds(const e2e::World& world, const std::string& project, const std::string& secret,
           const e2e::Certificate& certificate) {
  const Json data = world.data_of(project, secret);
  return data.size() == 2 && data.at("tls_key") == certificate.private_key &&
         data.at("tls_cert") == certificate.certificate + certificate.intermediate;
}

void put_in_place(const e2e::World& world, const std::string& project, const std::string& secret,
                  const e2e::Certificate& certificate) {
  const auto answer = world.project(project).post(
      "/secrets", {{"format", "tls"},
                   {"name", secret},
                   {"data",
                    {{"tls_cert", certificate.certificate + certificate.intermediate},
                     {"tls_key", certificate.private_key}}}});
  if (answer.status != 201) throw std::runtime_error("put in place: " + answer.body);
}

void end_faults(const e2e::World& world) {
  if (world.local().erase("/faults").status > 299) throw std::runtime_error("end of faults");
}

bool eventually(const std::function<bool()>& is_so) {
  const auto until = std::chrono::steady_clock::now() + test_support::kPatience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

void in_parallel(std::size_t threads, std::size_t count,
                 const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> pool;
  for (std::size_t i = 0; i < std::min(threads, count); ++i) {
    pool.emplace_back([&] {
      for (std::size_t index = next++; index < count; index = next++) work(index);
    });
  }
  for (std::thread& thread : pool) thread.join();
}

}  // namespace chaos
