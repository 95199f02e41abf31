#include "tests/localcloud/en/stage.h"

#include <algorithm>
#include <stdexcept>

#include "hack/localcloud/frame/url.h"
#include "tests/support/catch.h"

namespace stage {
namespace {

using localcloud::World;

World& prepare(World& world, ManualScheduler& scheduler, ScriptedOutbound& outbound) {
  world.scheduler = &scheduler;
  world.outbound = &outbound;
  return world;
}

}  // namespace

void ManualScheduler::after(std::chrono::milliseconds wait, std::function<void()> task) {
  tasks_.push_back({now_ + wait, std::move(task)});
}

void ManualScheduler::advance(std::chrono::milliseconds by) {
  const auto end = now_ + by;
  while (!tasks_.empty()) {
    const auto next = std::min_element(tasks_.begin(), tasks_.end(),
                                       [](const Task& a, const Task& b) { return a.at < b.at; });
    if (next->at > end) break;
    now_ = next->at;
    const auto run = std::move(next->run);
    tasks_.erase(next);
    run();
  }
  now_ = end;
}

void ScriptedOutbound::send(localcloud::OutboundRequest request,
                            std::function<void(const localcloud::OutboundResult&)> done) {
  sent.push_back(std::move(request));
  times.push_back(scheduler_.now());
  localcloud::OutboundResult result{.status = 200};
  if (!script.empty()) {
    result = script.front();
    script.pop_front();
  }
  scheduler_.after(std::chrono::milliseconds(0),
                   [result, done = std::move(done)] { done(result); });
}

Stage::Stage() : notifications(prepare(world, scheduler, outbound)) {
  if (!notifications.register_source(world.seed.sm_crn(), world.seed.en_crn(), "certificates",
                                     "")) {
    throw std::logic_error("the seed's instance is missing");
  }
}

Reply Stage::handle(localcloud::Request request, const std::string& path) {
  const auto question = path.find('?');
  request.raw_path =
      "/event-notifications/v1/instances/" + world.seed.en_instance + path.substr(0, question);
  request.path = localcloud::split_path(request.raw_path).value();
  if (question != std::string::npos) {
    request.query = localcloud::parse_form(path.substr(question + 1)).value();
  }
  request.base_url = "http://127.0.0.1:1/en";
  localcloud::Response response;
  try {
    response = notifications.handle(request);
  } catch (const localcloud::HttpError& error) {
    response = error.response;
  }
  return {response.status, response.body.empty() ? Json() : Json::parse(response.body)};
}

Reply Stage::call(const std::string& method, const std::string& path, const Json& body) {
  return handle({.method = method,
                 .headers = {{"content-type", "application/json"}},
                 .body = body.is_null() ? "" : body.dump()},
                path);
}

Reply Stage::send(const std::string& method, const std::string& path, const forms::Form& form) {
  return handle(
      {.method = method, .headers = {{"content-type", form.content_type}}, .body = form.body},
      path);
}

std::string Stage::subscribe(const std::string& name, const Json& params,
                             const std::string& notification_filter, const std::string& type) {
  const auto destination = send(
      "POST", "/destinations",
      forms::go({{"name", name}, {"type", type}, {"config", Json{{"params", params}}.dump()}}));
  const Json rule{{"event_type_filter", "$.*"}, {"notification_filter", notification_filter}};
  const Json source{{"id", world.seed.sm_crn()}, {"rules", {rule}}};
  const auto topic = call("POST", "/topics", {{"name", name}, {"sources", {source}}});
  const auto subscription = call("POST", "/subscriptions",
                                 {{"name", name},
                                  {"topic_id", topic.body.at("id")},
                                  {"destination_id", destination.body.at("id")}});
  if (subscription.status != 201) throw std::logic_error(subscription.body.dump());
  return destination.body.at("id").get<std::string>();
}

void Stage::publish(const std::string& secret_name, const std::string& event_type,
                    const std::string& secret_type, const std::string& sub_type) {
  notifications.publish({.instance_crn = world.seed.sm_crn(),
                         .event_type = event_type,
                         .event_sub_type = sub_type,
                         .secret_type = secret_type,
                         .secret = {{"secret_id", "0a1b2c3d-1111-2222-3333-444455556666"},
                                    {"secret_name", secret_name}},
                         .api_url = "http://127.0.0.1:1/sm/x"});
}

Json application(const std::string& url) {
  return {{"type", "application"}, {"url", url}, {"verb", "post"}};
}

std::string error_code(const Reply& reply) {
  return reply.body.at("errors").at(0).at("code").get<std::string>();
}

void check_members(const Json& object, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    INFO(name << " in " << object.dump());
    CHECK(object.contains(name));
  }
}

void check_refused(const Reply& reply, const Refused& expected) {
  INFO(expected.name << ": " << reply.body.dump());
  CHECK(reply.status == 400);
  const auto message = reply.body["errors"][0]["message"].get<std::string>();
  CHECK(message.find(expected.message) != std::string::npos);
}

}  // namespace stage
