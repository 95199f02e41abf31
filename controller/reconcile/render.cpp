#include "controller/reconcile/render.h"

#include <algorithm>

namespace certloop {

SecretData render(const v1::Target& target, const tls::Bundle& bundle) {
  SecretData data;
  for (const auto& [key, part] : *target.data) {
    SecretBytes text = bundle.part(part);
    if (!text.empty()) data.emplace(key, std::move(text));
  }
  return data;
}

Fingerprint fingerprint_of(const v1::Target& target, const SecretData& data) {
  tls::FingerprintOf whole;
  for (const auto& [key, part] : *target.data) {
    const auto present = data.find(key);
    // Text that is no PEM has no fingerprint and must not look like an absent key: it is garbage,
    // and garbage equals nothing.
    std::optional<Fingerprint> print;
    if (present != data.end()) print = tls::fingerprint(present->second).value_or(Fingerprint{});
    whole.add(key, print);
  }
  return whole.finish();
}

std::optional<LeafFacts> leaf_in(const v1::Target& target, const SecretData& data) {
  SourcePayload pair;
  bool wants_key = false;
  for (const auto& [key, part] : *target.data) {
    const auto present = data.find(key);
    switch (part) {
      case v1::Part::chain:
        if (present != data.end()) pair.issuers.emplace_back(present->second.reveal());
        break;
      case v1::Part::certificate:
      case v1::Part::fullchain:
        if (present != data.end()) pair.certificate = std::string(present->second.reveal());
        break;
      case v1::Part::private_key:
        wants_key = true;
        if (present != data.end()) pair.private_key = present->second.clone();
        break;
    }
  }
  if (pair.certificate.empty()) return {};
  const auto bundle = tls::inspect(pair);
  if (!bundle || !bundle->facts.missing_issuer.empty()) return {};
  if (wants_key && !bundle->facts.key_matches) return {};
  return bundle->facts.leaf;
}

bool has_leaf(const v1::Target& target) {
  return std::any_of(target.data->begin(), target.data->end(), [](const auto& entry) {
    return entry.second == v1::Part::certificate || entry.second == v1::Part::fullchain;
  });
}

SecretData merged(const v1::Target& target, SecretData rendered, const SecretData& present) {
  for (const auto& [key, value] : present) {
    if (target.data->count(key) == 0) rendered.emplace(key, value.clone());
  }
  return rendered;
}

}  // namespace certloop
