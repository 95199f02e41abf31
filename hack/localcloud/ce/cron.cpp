#include "hack/localcloud/ce/cron.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "hack/localcloud/ce/fields.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/run_fields.h"
#include "hack/localcloud/frame/address.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kMostData = 4096;
constexpr std::size_t kMostAttribute = 1024;

using Attributes = std::map<std::string, std::string>;

Check printable(Check next) {
  return [next = std::move(next)](const std::string& name, const Json& value) {
    next(name, value);
    const auto& content = value.get_ref<const std::string&>();
    if (std::any_of(content.begin(), content.end(), [](unsigned char c) { return c < 0x20; })) {
      throw invalid(name + " holds control characters.");
    }
    return value;
  };
}

// Attributes of CloudEvents are lower-case letters and digits; their values go into headers.
Check extensions() {
  return [](const std::string& name, const Json& value) {
    if (!value.is_object()) throw invalid(name + " is not an object.");
    for (const auto& [key, text_value] : value.items()) {
      const bool valid =
          !key.empty() && key.size() <= 20 && std::all_of(key.begin(), key.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
          });
      if (!valid) throw invalid(name + " has a name not of 1 to 20 of a-z and 0-9.");
      printable(text(0, kMostAttribute))(key, text_value);
    }
    return value;
  };
}

Check path() {
  return [whole = printable(text(1, 2048))](const std::string& name, const Json& value) {
    whole(name, value);
    if (!value.get_ref<const std::string&>().starts_with('/')) {
      throw invalid(name + " does not begin with a slash.");
    }
    return value;
  };
}

Fields fields() {
  const Fields destination = {{"type", choice({"app", "job"}), "app"},
                              {"name", named(kLabelName), {}, true}};
  return {{"destination", object(destination), {}, true},
          {"path", path(), "/"},
          {"data", text(0, kMostData), ""},
          {"content_type", printable(text(0, 255)), ""},
          {"extensions", extensions(), Json::object()}};
}

// "2026-08-20T10:11:12.123456000Z"
std::string with_nanoseconds(Time time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%06d000Z", static_cast<int>((time - second).count()));
  std::string text = rfc3339(time);
  text.pop_back();
  return text + fraction;
}

Attributes attributes(World& world, const Project& project, const std::string& subscription,
                      const Json& event) {
  Attributes all = {
      {"id", world.ids.uuid()},
      {"source", "/apis/v1/namespaces/" + project.subdomain() + "/pingsources/" + subscription},
      {"specversion", "1.0"},
      {"time", with_nanoseconds(world.clock.now())},
      {"type", "dev.knative.sources.ping"}};
  for (const auto& [name, value] : event.at("extensions").items()) all[name] = value;
  return all;
}

// Throws Refusal when the request cannot be sent.
void call_app(World& world, const Project& project, const Json& event, const Attributes& all) {
  const std::string app = event.at("destination").at("name");
  OutboundRequest request{
      .method = "POST",
      .url = world.address + "/app/" + project.id + '/' + app + event.at("path").get<std::string>(),
      .body = event.at("data")};
  if (!parse_address(request.url)) throw invalid("path is not that of an address.");
  for (const auto& [name, value] : all) request.headers.emplace_back("ce-" + name, value);
  const std::string type = event.at("content_type");
  if (!type.empty()) request.headers.emplace_back("Content-Type", type);
  world.outbound->send(std::move(request), [](const OutboundResult&) {});
}

std::map<std::string, std::string> variables(const Json& event, const Attributes& all) {
  std::map<std::string, std::string> result = {{"CE_DATA", event.at("data")}};
  const std::string type = event.at("content_type");
  if (!type.empty()) result["CONTENT_TYPE"] = type;
  for (const auto& [name, value] : all) {
    std::string variable = "CE_" + name;
    std::transform(variable.begin(), variable.end(), variable.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    result[variable] = value;
  }
  return result;
}

}  // namespace

Response fire_cron(World& world, JobStarter& jobs, const Project& project,
                   const std::string& subscription, const Json& body) {
  check_name(kLabelName, subscription);
  const Json event = merged(fields(), Json::object(), body);
  const Attributes all = attributes(world, project, subscription, event);
  Json answer = {{"id", all.at("id")}};
  if (event.at("destination").at("type") == "app") {
    call_app(world, project, event, all);
    return Response::json(202, answer);
  }
  const std::string crn = Crn{.service = "codeengine",
                              .region = project.region,
                              .account = world.seed.account,
                              .instance = project.id}
                              .text();
  Response started = jobs.start_job_run(
      {crn, event.at("destination").at("name"), Json::object(), variables(event, all)});
  if (started.status != 202) return started;
  answer["job_run"] = Json::parse(started.body).at("name");
  return Response::json(202, answer);
}

}  // namespace localcloud::ce
