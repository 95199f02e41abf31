#include "controller/core/decide.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <string_view>

#include "controller/core/names.h"
#include "controller/core/text.h"

namespace certloop {
namespace {

// Everything a rule about the source may look at.
struct Question {
  const v1::Target& target;
  const v1::Require& require;
  const SourceState& source;
  WallTime now;

  const SourceReadable* readable() const { return std::get_if<SourceReadable>(&source); }
};

std::optional<Plan> because(Reason reason, std::string message) {
  return Plan{reason, std::move(message), {}};
}

bool needs_key(const v1::Target& target) {
  return std::any_of(target.data->begin(), target.data->end(),
                     [](const auto& entry) { return entry.second == v1::Part::private_key; });
}

std::optional<Plan> source_missing(const Question& q) {
  if (!std::holds_alternative<SourceMissing>(q.source)) return {};
  return because(Reason::source_missing, "the secret does not exist in Secrets Manager");
}

std::optional<Plan> source_unreadable(const Question& q) {
  const auto* unreadable = std::get_if<SourceUnreadable>(&q.source);
  if (!unreadable) return {};
  return because(Reason::source_unreadable, unreadable->why);
}

std::optional<Plan> key_missing(const Question& q) {
  if (q.readable()->has_key || !needs_key(q.target)) return {};
  return because(Reason::key_missing, "the certificate was imported without a private key");
}

std::optional<Plan> key_mismatch(const Question& q) {
  if (!q.readable()->has_key || q.readable()->key_matches) return {};
  return because(Reason::key_mismatch,
                 "the private key does not belong to " + q.readable()->leaf.subject);
}

std::optional<Plan> chain_gap(const Question& q) {
  if (q.readable()->missing_issuer.empty()) return {};
  return because(Reason::chain_gap, "the certificates do not link up: the chain ends where " +
                                        q.readable()->missing_issuer +
                                        " is wanted, and not all that was given belongs to it");
}

std::optional<Plan> issuer_not_allowed(const Question& q) {
  const SourceReadable& source = *q.readable();
  if (source.issued_as_required) return {};
  const bool direct = source.issuer == source.top_issuer;
  return because(Reason::issuer_not_allowed, "the certificate was issued by " + source.issuer +
                                                 (direct ? "" : " under " + source.top_issuer) +
                                                 ", which leads to no CA of `require.issuedBy`");
}

std::optional<Plan> weak_signature(const Question& q) {
  for (const SignatureFacts& signature : q.readable()->signatures) {
    if (signature.strength >= kMinSignatureStrength) continue;
    return because(
        Reason::weak_signature,
        signature.subject + " is signed with " + signature.algorithm +
            (signature.strength > 0 ? ", which can be forged" : ", whose strength is not known"));
  }
  return {};
}

std::string allowed_types(const v1::Require& require) {
  std::string words;
  for (const v1::KeyType type : require.key_types) {
    words += (words.empty() ? "" : ", ") + std::string(v1::to_string(type));
  }
  return words;
}

std::string described(const KeyFacts& key) {
  return "the certificate's key is " + key.name + " with " + std::to_string(key.bits) + " bits";
}

int least_bits(v1::KeyType type, const v1::Require& require) {
  switch (type) {
    case v1::KeyType::rsa:
      return require.min_rsa_bits;
    case v1::KeyType::ecdsa:
      return kMinEcdsaBits;
    case v1::KeyType::ed25519:
      return 0;  // there is one size of it
  }
  return 0;
}

std::optional<Plan> key_not_allowed(const Question& q) {
  const KeyFacts& key = q.readable()->key;
  if (key.type && q.require.key_types.count(*key.type) > 0) return {};
  return because(Reason::key_not_allowed,
                 described(key) + ", and the mapping allows " + allowed_types(q.require));
}

std::optional<Plan> key_too_small(const Question& q) {
  const KeyFacts& key = q.readable()->key;
  const int least = key.type ? least_bits(*key.type, q.require) : 0;
  if (key.bits >= least) return {};
  return because(Reason::key_too_small,
                 described(key) + ", and at least " + std::to_string(least) + " are required");
}

// TLS servers sign with their key; the RSA key exchange of TLS 1.2 deciphers instead.
bool key_may_serve(const SourceReadable& source) {
  const bool deciphers = source.key.type == v1::KeyType::rsa && source.usage.may_encipher;
  return source.usage.may_sign || deciphers;
}

std::optional<Plan> not_for_servers(const Question& q) {
  if (q.require.usage == v1::Usage::any) return {};
  const UsageFacts& usage = q.readable()->usage;
  const auto held = [](const char* why) {
    return because(Reason::not_for_servers, std::string("the certificate ") + why);
  };
  // What else is said of one with a damaged extension is no fact.
  if (!usage.extensions_understood) {
    return held("has an extension that is damaged, or critical and unknown");
  }
  if (usage.is_authority) return held("is a CA's (basicConstraints says CA:TRUE)");
  if (!key_may_serve(*q.readable())) {
    return held("forbids TLS: its keyUsage lacks digitalSignature");
  }
  if (!usage.may_serve) return held("is not for servers: its extendedKeyUsage lacks serverAuth");
  return {};
}

std::optional<Plan> not_yet_valid(const Question& q) {
  const WallTime from = q.readable()->leaf.not_before;
  if (from <= q.now + kClockSkew) return {};
  return because(Reason::not_yet_valid, "the certificate is valid from " + rfc3339(from) + " on");
}

std::optional<Plan> expired(const Question& q) {
  const WallTime until = q.readable()->leaf.not_after;
  if (q.now <= until) return {};
  return because(Reason::expired, "the certificate expired on " + rfc3339(until));
}

std::optional<Plan> validity_too_short(const Question& q) {
  const WallTime until = q.readable()->leaf.not_after;
  if (q.require.valid_for <= until - q.now) return {};  // no sum: it could overflow
  return because(Reason::validity_too_short, "the certificate expires on " + rfc3339(until) +
                                                 ", earlier than the mapping requires");
}

std::optional<Plan> name_not_covered(const Question& q) {
  for (const std::string& name : q.require.dns_names) {
    if (covers(q.readable()->leaf.dns_names, name)) continue;
    return because(Reason::name_not_covered, "the certificate does not cover " + name);
  }
  return {};
}

bool same_names(const LeafFacts& a, const LeafFacts& b) {
  return std::set(a.dns_names.begin(), a.dns_names.end()) ==
         std::set(b.dns_names.begin(), b.dns_names.end());
}

// The policy. Order matters: the first rule that objects is what the operator is told.
constexpr std::array kRules = {
    source_missing,     source_unreadable, key_missing,        key_mismatch,    chain_gap,
    issuer_not_allowed, weak_signature,    key_not_allowed,    key_too_small,   not_for_servers,
    not_yet_valid,      expired,           validity_too_short, name_not_covered};

}  // namespace

std::optional<Plan> objection_to_source(const v1::Target& target, const v1::Require& require,
                                        const SourceState& source, WallTime now) {
  const Question question{target, require, source, now};
  for (const auto rule : kRules) {
    if (auto plan = rule(question)) return plan;
  }
  return {};
}

Plan compare(const v1::Target& target, const TargetState& observed, const Fingerprint& desired) {
  const auto* present = std::get_if<TargetPresent>(&observed);
  if (!present) return {Reason::target_missing, "the secret does not exist in the project", {}};
  const std::string_view wanted = v1::to_string(target.format);
  if (present->format != wanted) {
    return {Reason::target_other_format,
            "the secret has format " + printable(present->format, 32) + ", the mapping wants " +
                std::string(wanted),
            {}};
  }
  if (!present->content) {
    return {Reason::target_hidden, "the service answers without the secret's content", {}};
  }
  if (*present->content != desired) {
    return {Reason::content_differs, "the secret's content is not the certificate's",
            present->entity_tag};
  }
  return {Reason::in_sync, "", {}};
}

Plan not_backwards(Plan plan, const v1::Require& require, const LeafFacts& source,
                   const std::optional<LeafFacts>& in_place) {
  if (plan.action() != Action::replace || require.allow_older || !in_place) return plan;
  if (in_place->not_after <= source.not_after || !same_names(*in_place, source)) return plan;
  return {Reason::older_than_in_place,
          "the certificate expires on " + rfc3339(source.not_after) +
              ", the one in place, for the same names, on " + rfc3339(in_place->not_after),
          {}};
}

}  // namespace certloop
