#include "tests/chaos/attacked_shop.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>

namespace chaos {
namespace {

constexpr test_support::Milliseconds kWholeRun{170'000};

long resident_kb(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stol(line.substr(6));
  }
  throw std::runtime_error("the controller has no memory: it is gone");
}

}  // namespace

Shop::Shop() {
  id_ = world_.import_certificate("front", last_);
  world_.map("storefront", id_, {{"shop", "front-tls"}});
  world_.write_mapping();
  controller_.emplace(world_, std::vector<std::string>{"--notification-wait", "20s"});
  if (!controller_->log("reconciled", {"shop/front-tls"})) throw std::runtime_error("no start");
  resident_ = resident_kb(controller_->process().pid());
  reader_ = std::thread([this] {
    controller_->process().wait_for_line([](const std::string&) { return false; }, kWholeRun);
  });
}

Shop::~Shop() {
  controller_->process().signal(SIGTERM);
  reader_.join();
}

bool Shop::rotation_arrives() {
  last_ = pki_.issue("shop.example.com");
  world_.rotate(id_, last_);
  const auto answer = controller_->client().post("/v1/notifications", event());
  return answer.status == 200 && answer.json().at("result") == "done" &&
         holds(world_, "shop", "front-tls", last_);
}

std::uint16_t Shop::port() const {
  return static_cast<std::uint16_t>(std::stoi(url().substr(url().rfind(':') + 1)));
}

long Shop::growth_kb() {
  return resident_kb(controller_->process().pid()) - resident_;
}

HealthyCaller::HealthyCaller(std::string url)
    : url_(std::move(url)), thread_([this] {
        while (!stopping_) ask();
      }) {}

void HealthyCaller::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void HealthyCaller::ask() {
  const auto start = std::chrono::steady_clock::now();
  try {
    const int status = cloud_client::call("GET", url_ + "/healthz").status;
    ++(status == 200 ? served_ : refused_);
  } catch (const cloud_client::NoAnswer&) {
    ++refused_;
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  slowest_ms_ = std::max<long>(slowest_ms_, took.count());
}

}  // namespace chaos
