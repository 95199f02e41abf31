#include "controller/ibm/secrets_manager.h"

#include <nlohmann/json.hpp>

#include "controller/ibm/api_error.h"
#include "controller/ibm/json.h"

namespace certloop::ibm {
namespace {

using nlohmann::json;

std::string secret_path(const v1::Source& source) {
  return "/api/v2/secrets/" + encode_segment(source.id);
}

std::string named_path(const v1::Source& source) {
  return "/api/v2/secret_groups/" + encode_segment(source.group) + "/secret_types/" +
         v1::to_string(source.type) + "/secrets/" + encode_segment(source.name);
}

// What the service answers for a version that has no data is not established: any of these means
// "nothing to read now", and never that a target should change.
bool says_absent(int status) {
  return status == 400 || status == 404 || status == 410 || status == 412;
}

bool is_certificate_type(const std::string& type) {
  return type == "imported_cert" || type == "public_cert" || type == "private_cert";
}

// `issuing_ca` may stand in `ca_chain` too, and `certificate` may already hold the whole chain
// (bundle_certs): all is collected here, the chain is put in order later.
void collect_issuers(const json& secret, std::vector<std::string>& issuers) {
  for (const char* name : {"intermediate", "issuing_ca"}) {
    if (auto text = text_member(secret, name); !text.empty()) issuers.push_back(std::move(text));
  }
  const auto chain = secret.find("ca_chain");
  if (chain == secret.end() || !chain->is_array()) return;
  for (const json& element : *chain) {
    if (element.is_string()) issuers.push_back(element.get<std::string>());
  }
}

Result<FetchedSource> payload_of(const HttpResponse& response) {
  auto secret = parse_object(response.body.reveal());
  if (!secret) {
    return fail(ErrorCode::corrupt, "Secrets Manager answered something that is no JSON object");
  }
  const std::string type = word_member(*secret, "secret_type");
  if (!is_certificate_type(type)) {
    return SourceUnreadable{"the secret is of type " + (type.empty() ? "unknown" : type) +
                            ", not a certificate"};
  }
  SourcePayload payload;
  payload.certificate = text_member(*secret, "certificate");
  if (payload.certificate.empty()) {
    const std::string state = word_member(*secret, "state_description");
    return SourceUnreadable{state.empty() || state == "active"
                                ? "the secret's current version has no certificate"
                                : "the secret is " + state};
  }
  // Only a version's answer names the version; `id` of a secret's answer is the secret.
  if (secret->contains("secret_id")) payload.version = text_member(*secret, "id");
  collect_issuers(*secret, payload.issuers);
  payload.private_key = take_secret(*secret, "private_key");
  return payload;
}

}  // namespace

Result<HttpResponse> SecretsManagerSource::get(const v1::Source& source, std::string path,
                                               SteadyTime deadline) {
  HttpRequest request;
  request.endpoint = source.manager->endpoint;
  request.path = std::move(path);
  request.headers.emplace_back("Accept", "application/json");
  request.deadline = deadline;
  return transport_.send(std::move(request));
}

Result<FetchedSource> SecretsManagerSource::fetch(const v1::Source& source, SteadyTime deadline) {
  const bool by_id = !source.id.empty();
  const auto response =
      get(source, by_id ? secret_path(source) + "/versions/current" : named_path(source), deadline);
  if (!response) return tl::make_unexpected(response.error());
  if (succeeded(*response)) return payload_of(*response);
  if (by_id && says_absent(response->status)) return explain_absence(source, deadline);
  if (!by_id && response->status == 404) return SourceMissing{};
  if (!by_id && says_absent(response->status)) {
    return SourceUnreadable{"the secret has no readable version"};
  }
  return tl::make_unexpected(error_of("reading the secret", *response));
}

Result<FetchedSource> SecretsManagerSource::explain_absence(const v1::Source& source,
                                                            SteadyTime deadline) {
  const auto response = get(source, secret_path(source) + "/metadata", deadline);
  if (!response) return tl::make_unexpected(response.error());
  if (response->status == 404) return SourceMissing{};
  if (!succeeded(*response)) {
    return tl::make_unexpected(error_of("reading the secret's metadata", *response));
  }
  const auto metadata = parse_object(response->body.reveal());
  const std::string state = metadata ? word_member(*metadata, "state_description") : "";
  return SourceUnreadable{"the secret has no readable version, its state is " +
                          (state.empty() ? "not told" : state)};
}

}  // namespace certloop::ibm
