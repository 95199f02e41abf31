#include "controller/tls/bundle.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "controller/tls/authorities.h"
#include "controller/tls/certificate.h"
#include "controller/tls/chain.h"
#include "controller/tls/openssl.h"
#include "controller/tls/private_key.h"

namespace certloop::tls {
namespace {

using Certificates = std::vector<Certificate>;

tl::unexpected<Error> corrupt(const char* text, const char* why) {
  return fail(ErrorCode::corrupt, std::string(text) + ' ' + why);
}

// What a source was found to hold so far, duplicates included.
struct Tally {
  std::size_t bytes = 0;
  std::size_t certificates = 0;
};

// Adds what `pem` holds to `all`.
std::optional<Error> add(std::string_view pem, const char* text, Certificates& all, Tally& tally) {
  tally.bytes += pem.size();
  if (pem.size() > kMaxPartBytes) return corrupt(text, "is larger than 100,000 bytes").value();
  if (tally.bytes > kMaxSourceBytes) {
    return corrupt(text, "brings the source over 500,000 bytes").value();
  }
  auto certificates = read_certificates(pem);
  if (!certificates) return corrupt(text, certificates.error()).value();
  tally.certificates += certificates->size();
  if (tally.certificates > kMaxCertificates) {
    return corrupt(text, "brings the source over 64 certificates").value();
  }
  for (auto& one : *certificates) {
    const auto same = [&](const Certificate& other) { return other.der() == one.der(); };
    if (std::none_of(all.begin(), all.end(), same)) all.push_back(std::move(one));
  }
  return std::nullopt;
}

// Distinct, those of `certificate` first.
Result<Certificates> certificates_of(const SourcePayload& payload) {
  if (is_blank(payload.certificate)) return corrupt("the certificate", "is empty");
  Certificates all;
  Tally tally;
  if (auto error = add(payload.certificate, "the certificate", all, tally)) {
    return tl::make_unexpected(std::move(*error));
  }
  for (const auto& issuer : payload.issuers) {
    if (is_blank(issuer)) continue;
    if (auto error = add(issuer, "an issuer's certificate", all, tally)) {
      return tl::make_unexpected(std::move(*error));
    }
  }
  return all;
}

Result<std::optional<PrivateKeyText>> private_key_of(const SourcePayload& payload) {
  if (is_blank(payload.private_key.reveal())) return std::nullopt;
  if (payload.private_key.size() > kMaxKeyBytes) {
    return corrupt("the private key", "is larger than 16 KiB");
  }
  auto key = read_private_key(payload.private_key);
  if (!key) return corrupt("the private key", key.error());
  return std::move(*key);
}

std::size_t leaf_without_key(const Certificates& all) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [](const Certificate& one) { return !one.is_authority(); });
  return found == all.end() ? 0 : static_cast<std::size_t>(found - all.begin());
}

std::optional<std::size_t> leaf_for(const PrivateKey& key, const Certificates& all) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Certificate& one) { return key.fits(one); });
  if (found == all.end()) return std::nullopt;
  return static_cast<std::size_t>(found - all.begin());
}

// A self-signed certificate's own signature convinces nobody of anything.
std::vector<SignatureFacts> signatures_of(const Certificates& all, std::size_t leaf,
                                          const Chain& chain) {
  std::vector<SignatureFacts> signatures;
  if (!all[leaf].self_signed()) signatures.push_back(all[leaf].signature());
  for (const auto one : chain.intermediates) signatures.push_back(all[one].signature());
  return signatures;
}

}  // namespace

Result<Bundle> inspect(const SourcePayload& payload, std::string_view authorities) {
  const CleanErrorQueue clean;
  const auto all = certificates_of(payload);
  if (!all) return tl::make_unexpected(all.error());
  auto key = private_key_of(payload);
  if (!key) return tl::make_unexpected(key.error());

  const auto fitting = *key ? leaf_for((*key)->key, *all) : std::nullopt;
  const auto leaf = fitting.value_or(leaf_without_key(*all));
  const auto facts = (*all)[leaf].facts();
  if (!facts) return corrupt("the certificate", "has a validity that cannot be read");
  const auto chain = build_chain(*all, leaf);

  Bundle bundle;
  bundle.facts.leaf = *facts;
  bundle.facts.key = (*all)[leaf].key();
  bundle.facts.usage = (*all)[leaf].usage();
  bundle.facts.signatures = signatures_of(*all, leaf, chain);
  bundle.facts.issuer = (*all)[leaf].issuer();
  bundle.facts.top_issuer = (*all)[chain.last].issuer();
  bundle.facts.issued_as_required = authorities.empty() || leads_to(authorities, *all, leaf, chain);
  bundle.facts.has_key = key->has_value();
  bundle.facts.key_matches = fitting.has_value();
  if (!chain.complete) bundle.facts.missing_issuer = bundle.facts.top_issuer;
  bundle.certificate = (*all)[leaf].pem();
  for (const auto one : chain.intermediates) bundle.chain += (*all)[one].pem();
  if (*key) bundle.private_key = std::move((*key)->pem);
  return bundle;
}

SecretBytes Bundle::part(v1::Part part) const {
  switch (part) {
    case v1::Part::certificate:
      return SecretBytes(std::string_view(certificate));
    case v1::Part::chain:
      return SecretBytes(std::string_view(chain));
    case v1::Part::fullchain:
      return SecretBytes(certificate + chain);
    case v1::Part::private_key:
      return private_key.clone();
  }
  return {};
}

}  // namespace certloop::tls
