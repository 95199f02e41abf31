#include "controller/ibm/code_engine.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/ibm/api_error.h"
#include "controller/ibm/json.h"

namespace certloop::ibm {
namespace {

using nlohmann::json;

std::string secrets_path(const v1::Target& target) {
  return "/projects/" + encode_segment(target.project->id) + "/secrets";
}

HttpRequest request_for(Method method, const v1::Target& target, std::string path,
                        SteadyTime deadline) {
  HttpRequest request;
  request.method = method;
  request.endpoint = target.project->endpoint;
  request.path = std::move(path) + "?" + kCodeEngineVersion;
  request.headers.emplace_back("Accept", "application/json");
  request.deadline = deadline;
  return request;
}

// The whole secret as the service wants it; the intermediate JSON is wiped with the heap.
void set_body(HttpRequest& request, const v1::Target& target, const SecretData& data,
              const std::string& new_name) {
  json body{{"format", v1::to_string(target.format)}};
  if (!new_name.empty()) body["name"] = new_name;
  json& content = body["data"] = json::object();
  for (const auto& [key, value] : data) content[key] = std::string(value.reveal());
  request.content_type = "application/json";
  request.body = SecretBytes(body.dump(-1, ' ', false, json::error_handler_t::replace));
}

// Fit for If-Match. "*" would match whatever is there.
bool is_entity_tag(const std::string& tag) {
  return !tag.empty() && tag.size() <= 256 && tag != "*" &&
         std::all_of(tag.begin(), tag.end(), [](char c) { return c > ' ' && c <= '~'; });
}

tl::unexpected<Error> not_understood(const char* what) {
  return fail(ErrorCode::corrupt, std::string("Code Engine answered a secret ") + what);
}

Result<SecretData> data_of(json& object) {
  SecretData data;
  for (const auto& element : object.items()) {
    // A replace writes the whole secret: what is not understood would be lost.
    if (!element.value().is_string()) return not_understood("with a value that is no text");
    data.emplace(element.key(), SecretBytes(std::move(element.value().get_ref<std::string&>())));
  }
  return data;
}

Result<std::optional<TargetSnapshot>> snapshot_of(const HttpResponse& response) {
  auto secret = parse_object(response.body.reveal());
  if (!secret) return not_understood("that is no JSON object");
  TargetSnapshot snapshot{word_member(*secret, "format"), text_member(*secret, "entity_tag"), {}};
  if (snapshot.format.empty()) return not_understood("without a format");
  if (!is_entity_tag(snapshot.entity_tag)) return not_understood("without a usable entity tag");
  const auto content = secret->find("data");
  if (content == secret->end() || !content->is_object()) return snapshot;
  auto data = data_of(*content);
  if (!data) return tl::make_unexpected(std::move(data.error()));
  snapshot.data = std::move(*data);
  return snapshot;
}

// Of the answer to a write. What is not told or not understood is not known: that is no failure.
std::string new_tag(const HttpResponse& response) {
  const auto secret = parse_object(response.body.reveal());
  std::string tag = secret ? text_member(*secret, "entity_tag") : "";
  return is_entity_tag(tag) ? tag : "";
}

}  // namespace

Result<std::optional<TargetSnapshot>> CodeEngineTarget::fetch(const v1::Target& target,
                                                              SteadyTime deadline) {
  const auto response = transport_.send(request_for(
      Method::get, target, secrets_path(target) + "/" + encode_segment(target.secret), deadline));
  if (!response) return tl::make_unexpected(response.error());
  if (response->status == 404) return std::nullopt;  // a missing project shows in the create
  if (!succeeded(*response)) return tl::make_unexpected(error_of("reading the target", *response));
  return snapshot_of(*response);
}

Result<std::string> CodeEngineTarget::create(const v1::Target& target, const SecretData& data,
                                             SteadyTime deadline) {
  HttpRequest request = request_for(Method::post, target, secrets_path(target), deadline);
  set_body(request, target, data, target.secret);
  const auto response = transport_.send(std::move(request));
  if (!response) return tl::make_unexpected(response.error());
  if (!succeeded(*response))
    return refused(target, "", error_of("creating the target", *response), deadline);
  return new_tag(*response);
}

Result<std::string> CodeEngineTarget::replace(const v1::Target& target, const SecretData& data,
                                              const std::string& if_match, SteadyTime deadline) {
  HttpRequest request = request_for(
      Method::put, target, secrets_path(target) + "/" + encode_segment(target.secret), deadline);
  request.headers.emplace_back("If-Match", if_match);
  set_body(request, target, data, "");
  const auto response = transport_.send(std::move(request));
  if (!response) return tl::make_unexpected(response.error());
  if (response->status == 404) {
    return fail(ErrorCode::conflict, "replacing the target: it was deleted meanwhile");
  }
  if (!succeeded(*response)) {
    return refused(target, if_match, error_of("replacing the target", *response), deadline);
  }
  return new_tag(*response);
}

tl::unexpected<Error> CodeEngineTarget::refused(const v1::Target& target,
                                                const std::string& decided_on, Error error,
                                                SteadyTime deadline) {
  if (error.code != ErrorCode::invalid) return tl::make_unexpected(std::move(error));
  const auto now = fetch(target, deadline);
  if (!now) return tl::make_unexpected(now.error());
  const bool moved = (*now ? (*now)->entity_tag : std::string()) != decided_on;
  if (moved) error.code = ErrorCode::conflict;
  return tl::make_unexpected(std::move(error));
}

}  // namespace certloop::ibm
