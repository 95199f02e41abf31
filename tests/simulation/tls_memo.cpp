// The simulation looks at the same few texts again and again. tls/ is a pure function of them, so
// what the product's code said once is kept: CMakeLists.txt compiles it under the names of
// `afresh_*`, and the loop calls these. Each thread keeps its own.
#include <string>
#include <unordered_map>

#include "controller/tls/bundle.h"

namespace certloop::tls {

Result<Bundle> afresh_inspect(const SourcePayload& payload, std::string_view authorities);
std::optional<Fingerprint> afresh_fingerprint(const SecretBytes& pem);

namespace {

std::string key_of(const SourcePayload& payload, std::string_view authorities) {
  std::string key = std::string(authorities) + '\0' + payload.certificate + '\0';
  for (const auto& issuer : payload.issuers) key += issuer + '\0';
  key += payload.private_key.reveal();
  return key;
}

Bundle copy_of(const Bundle& bundle) {
  return {bundle.facts, bundle.certificate, bundle.chain, bundle.private_key.clone()};
}

}  // namespace

Result<Bundle> inspect(const SourcePayload& payload, std::string_view authorities) {
  thread_local std::unordered_map<std::string, Result<Bundle>> known;
  const std::string key = key_of(payload, authorities);
  auto found = known.find(key);
  if (found == known.end()) found = known.emplace(key, afresh_inspect(payload, authorities)).first;
  if (!found->second) return tl::make_unexpected(found->second.error());
  return copy_of(*found->second);
}

std::optional<Fingerprint> fingerprint(const SecretBytes& pem) {
  thread_local std::unordered_map<std::string, std::optional<Fingerprint>> known;
  const std::string key(pem.reveal());
  auto found = known.find(key);
  if (found == known.end()) found = known.emplace(key, afresh_fingerprint(pem)).first;
  return found->second;
}

}  // namespace certloop::tls
