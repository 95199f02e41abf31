#pragma once
#include "hack/localcloud/sm/configuration.h"
#include "hack/localcloud/sm/fields.h"

// What root and intermediate authorities have in common. All functions refuse with 400.
namespace localcloud::sm {

// A body's subject, names and key constraints; `common_name` is the subject's.
CertificateWish read_authority_wish(const Fields& body, const std::string& common_name);

// A certificate for `key_or_csr` under the issuer, which must be able to sign: within its max_ttl,
// its own end and its path length. `life`: how long the new one wants to live.
std::string sign_under(const Configuration& issuer, Time now, CertificateWish wish,
                       std::chrono::seconds life, const std::string& key_or_csr);
// The chain of what the issuer signs: the issuer, and what is above it.
std::vector<std::string> chain_under(const Configuration& issuer);

// Takes over a certificate: the end of its validity, its serial number and who issued it.
void install(Configuration& authority, const std::string& certificate,
             std::vector<std::string> above);

// The member "data": certificate, issuing_ca, ca_chain, expiration; or the waiting request.
Json authority_data(const Configuration& authority);
Json signed_data(const std::string& certificate, const std::vector<std::string>& above);

std::string authority_status(const Configuration& authority, Time now,
                             const Configurations& configurations);

}  // namespace localcloud::sm
