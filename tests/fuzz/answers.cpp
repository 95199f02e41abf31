// What the services answer: the first byte chooses the call, the second the status, the rest is the
// body. A NUL in it begins the answer to the next call; the last one is given for ever.
#include <algorithm>
#include <array>
#include <set>

#include "controller/ibm/cloud_lists.h"
#include "controller/ibm/code_engine.h"
#include "controller/ibm/iam_tokens.h"
#include "controller/ibm/secrets_manager.h"
#include "controller/net/request_rules.h"
#include "tests/fuzz/targets.h"
#include "tests/support/fakes_binding.h"
#include "tests/support/fakes_clock.h"
#include "tests/support/fakes_transport.h"

namespace certloop::fuzz {
namespace {

constexpr std::array kStatuses{200, 200, 201, 204, 302, 400, 401, 403,
                               404, 409, 410, 412, 429, 500, 501, 503};
constexpr int kMostPages = 200;
constexpr std::string_view kApiKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH";

class Service : public HttpTransport {
 public:
  Service(unsigned status, std::string_view bodies)
      : status_(kStatuses[status % kStatuses.size()]), bodies_(bodies) {}

  Result<HttpResponse> send(HttpRequest request) override {
    law(++calls_ <= kMostPages, "no answer makes a call endless");
    law(net::check_request(request).has_value(), "no answer makes a request malformed");
    if (!bodies_.rest().empty()) body_ = bodies_.until('\0');
    auto response = test::answer(calls_ == 1 ? status_ : 200, std::string(body_));
    response.trace = "trace";
    return response;
  }

 private:
  int status_;
  Input bodies_;
  std::string_view body_{};
  int calls_ = 0;
};

std::string failed(const Error& error) {
  check_message(error.message);
  law(error.message.find(kApiKey) == std::string::npos, "no message holds the API key");
  return std::string(to_string(error.code)) + error.message;
}

// Each call gives its result as text, so that two can be compared.
std::string fetch_source(Service& service, const v1::Source& source, SteadyTime deadline) {
  const auto fetched = ibm::SecretsManagerSource(service).fetch(source, deadline);
  if (!fetched) return failed(fetched.error());
  if (std::holds_alternative<SourceMissing>(*fetched)) return "missing";
  if (const auto* unreadable = std::get_if<SourceUnreadable>(&*fetched)) {
    check_message(unreadable->why);
    return unreadable->why;
  }
  const auto& payload = std::get<SourcePayload>(*fetched);
  law(!payload.certificate.empty(), "what can be read has a certificate");
  std::string all = payload.version + payload.certificate;
  for (const auto& issuer : payload.issuers) all += issuer;
  return all.append(payload.private_key.reveal());
}

void check_tag(const std::string& tag) {
  law(is_printable(tag) && tag.find(' ') == std::string::npos && tag != "*" && tag.size() <= 256,
      "an entity tag is fit for If-Match");
}

std::string fetch_target(Service& service, SteadyTime deadline) {
  const auto fetched = ibm::CodeEngineTarget(service).fetch(test::tls_target(), deadline);
  if (!fetched) return failed(fetched.error());
  if (!*fetched) return "absent";
  const auto& snapshot = **fetched;
  law(!snapshot.format.empty() && longest_base64(snapshot.format) == snapshot.format.size(),
      "a format is a word");
  law(!snapshot.entity_tag.empty(), "what is there has an entity tag");
  check_tag(snapshot.entity_tag);
  std::string all = snapshot.format + snapshot.entity_tag;
  if (!snapshot.data) return all + "hidden";
  for (const auto& [key, value] : *snapshot.data) all.append(key).append(value.reveal());
  return all;
}

std::string write_target(Service& service, bool there, SteadyTime deadline) {
  ibm::CodeEngineTarget target(service);
  SecretData data;
  data.emplace("tls_key", SecretBytes(kApiKey));
  const auto tag = there ? target.replace(test::tls_target(), data, "tag", deadline)
                         : target.create(test::tls_target(), data, deadline);
  if (!tag) return failed(tag.error());
  check_tag(*tag);
  return *tag;
}

std::string list_sources(Service& service, const v1::Endpoint& endpoint, SteadyTime deadline) {
  const auto lines = ibm::IbmLists(service).sources(endpoint, deadline);
  if (!lines) return failed(lines.error());
  std::set<std::string> ids;
  std::string all;
  for (const auto& line : *lines) {
    law(ids.insert(line.id).second, "a certificate is listed once");
    all += line.id + line.type + line.name + std::to_string(line.mark) + '\n';
  }
  return all;
}

std::string list_targets(Service& service, const v1::Endpoint& endpoint, SteadyTime deadline) {
  const auto lines = ibm::IbmLists(service).targets(endpoint, "a project", deadline);
  if (!lines) return failed(lines.error());
  std::string all;
  for (const auto& [name, tag] : *lines) all += name + ' ' + tag + '\n';
  return all;
}

std::string current_version(Service& service, const v1::Endpoint& endpoint, SteadyTime deadline) {
  const auto version = ibm::IbmLists(service).current_version(endpoint, "an id/..", deadline);
  if (!version) return failed(version.error());
  law(!version->empty(), "a version has an id");
  return *version;
}

std::string get_token(Service& service, const Clock& clock, SteadyTime deadline) {
  ibm::IamOptions options;
  options.api_key = SecretBytes(kApiKey);
  ibm::IamTokens tokens(
      service, clock, [](const std::string&) { return std::nullopt; }, std::move(options));
  const auto token = tokens.token({}, deadline);
  if (!token) return failed(token.error());
  law(!token->empty(), "a token is something");
  return std::string(token->reveal());
}

std::string call(std::string_view bytes) {
  Input input(bytes);
  const auto kind = input.byte() % 9;
  const auto status = input.byte();
  Service service(status, input.rest());
  const test::FakeClock clock;
  const auto deadline = clock.steady_now() + std::chrono::seconds(30);
  const auto by_id = test::source_by_id();
  switch (kind) {
    case 0:
      return list_sources(service, by_id.manager->endpoint, deadline);
    case 1:
      return list_targets(service, by_id.manager->endpoint, deadline);
    case 2:
      return current_version(service, by_id.manager->endpoint, deadline);
    case 3:
      return fetch_source(service, by_id, deadline);
    case 4:
      return fetch_source(service, test::source_by_name("a name"), deadline);
    case 5:
      return fetch_target(service, deadline);
    case 6:
    case 7:
      return write_target(service, kind == 7, deadline);
    default:
      return get_token(service, clock, deadline);
  }
}

void run(std::string_view bytes) {
  const auto first = call(bytes);
  law(first == call(bytes), "the same answers mean the same");
}

std::string asked(char kind, const std::string& body, char status = 0) {
  return std::string{kind, status} + body;
}

std::vector<std::string> seeds() {
  const std::string nul(1, '\0');
  return {asked(0, R"({"total_count":1,"secrets":[{"id":"a","name":"n","secret_type":"kv",)"
                   R"("state":1,"validity":{"not_after":"x"}}],"next":{"href":"h"}})" +
                       nul + R"({"secrets":[]})"),
          asked(0, R"({"secrets":[{"id":"a"}],"next":{}})"),
          asked(1, R"({"limit":1,"secrets":[{"name":"a","format":"tls","entity_tag":"1"}],)"
                   R"("next":{"start":"t"}})" +
                       nul + R"({"secrets":[{}]})"),
          asked(1, R"({"secrets":[],"next":{"start":"t/?&"}})"),
          asked(2, R"({"id":"v"})"),
          asked(3, R"({"id":"v","secret_id":"s","secret_type":"imported_cert","certificate":"c",)"
                   R"("intermediate":"i","private_key":"k","payload_available":true})"),
          asked(3, "{}" + nul + R"({"state_description":"destroyed"})", 8),
          asked(4, R"({"id":"s","secret_type":"private_cert","certificate":"c",)"
                   R"("issuing_ca":"i","ca_chain":["d",1],"state":1})"),
          asked(4, R"({"secret_type":"public_cert","state_description":"pre_activation"})"),
          asked(5, R"({"name":"a","format":"tls","entity_tag":"1","data":{"tls_cert":"c"}})"),
          asked(5, R"({"format":"generic","entity_tag":"1","data":{"a":1}})"),
          asked(6, R"({"entity_tag":"2"})"),
          asked(7, R"({"errors":[{"code":"not_found","message":"m"}]})", 11),
          asked(8, R"({"access_token":"t","token_type":"Bearer","expires_in":3600})"),
          asked(8, R"({"errorCode":"BXNIM0415E","errorMessage":"m"})", 5)};
}

}  // namespace

Target answers() {
  return {"answers", run, seeds};
}

}  // namespace certloop::fuzz
