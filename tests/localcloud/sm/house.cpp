#include "tests/localcloud/sm/house.h"

#include <future>

namespace sm_tests {
namespace {

Json expect(int status, const Answer& answer) {
  if (answer.status != status) {
    throw std::runtime_error("status " + std::to_string(answer.status) + ": " + answer.body);
  }
  return answer.json();
}

}  // namespace

House::House()
    : world_(make_world()),
      control_(world_, journal_, faults_),
      secrets_manager_(world_),
      gateway_(world_, journal_, faults_),
      client_(cloud_client::Client(base_url() + "/api/v2").bearer("good")) {
  gateway_.mount("local", "/_local", control_);
  gateway_.mount("sm", "/sm", secrets_manager_);
  server_.start(
      [this](localcloud::Request request, std::uint16_t source, localcloud::Deliver deliver) {
        gateway_.handle(std::move(request), source, std::move(deliver));
      });
}

localcloud::World House::make_world() {
  localcloud::World world;
  world.scheduler = &scheduler_;
  world.events = &sink_;
  world.authority = &authority_;
  world.address = server_.url();
  sink_.known_crn = world.seed.en_crn();
  return world;
}

std::string House::base_url() const {
  return server_.url() + "/sm/" + localcloud::Seed().sm_instance;
}

void House::set(const std::string& name, const Json& value) const {
  expect(200, cloud_client::Client(server_.url()).post("/_local/switches", {{name, value}}));
}

void House::advance(std::chrono::seconds by) const {
  expect(
      200,
      cloud_client::Client(server_.url()).post("/_local/clock", {{"advance_seconds", by.count()}}));
}

void House::on_thread(const std::function<void()>& task) {
  std::promise<void> done;
  server_.after(std::chrono::milliseconds(0), [&] {
    task();
    done.set_value();
  });
  done.get_future().get();
}

std::size_t House::run_orders() {
  std::size_t count = 0;
  on_thread([&] {
    const auto tasks = std::exchange(scheduler_.tasks, {});
    count = tasks.size();
    for (const auto& task : tasks) task();
  });
  return count;
}

std::vector<localcloud::SecretEvent> House::events() {
  std::vector<localcloud::SecretEvent> taken;
  on_thread([&] { taken = std::exchange(sink_.events, {}); });
  return taken;
}

localcloud::SecretEvent House::only_event() {
  auto taken = events();
  if (taken.size() != 1) throw std::runtime_error(std::to_string(taken.size()) + " events");
  return taken.front();
}

std::vector<std::string> House::source() {
  std::vector<std::string> copy;
  on_thread([&] { copy = sink_.source; });
  return copy;
}

Json House::create(const Json& body) const {
  return expect(201, client_.post("/secrets", body));
}

Json House::create_arbitrary(const std::string& name, const std::string& payload) const {
  return create({{"secret_type", "arbitrary"}, {"name", name}, {"payload", payload}});
}

Json House::rotate(const Json& secret, const Json& body) const {
  return expect(201, client_.post(path(secret, "/versions"), body));
}

Json House::get(const std::string& path) const {
  return expect(200, client_.get(path));
}

Json House::metadata(const Json& secret) const {
  return get(path(secret, "/metadata"));
}

std::string House::path(const Json& secret, const std::string& rest) {
  return "/secrets/" + secret.at("id").get<std::string>() + rest;
}

Json imported(const std::string& name, const Pair& pair) {
  return {{"secret_type", "imported_cert"},
          {"name", name},
          {"certificate", pair.certificate},
          {"private_key", pair.key}};
}

std::string first_message(const Answer& answer) {
  return answer.json().at("errors").at(0).at("message").get<std::string>();
}

}  // namespace sm_tests
