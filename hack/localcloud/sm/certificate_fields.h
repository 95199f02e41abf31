#pragma once
#include <string>
#include <vector>

#include "hack/localcloud/sm/fields.h"
#include "hack/localcloud/sm/issuing.h"

// How bodies ask for certificates: the same members for secrets, authorities and actions. All
// readers refuse with 400.
namespace localcloud::sm {

// The subject's lists, from "ou" to "postal_code", by the short names of X.509.
const std::vector<std::pair<std::string, std::string>>& subject_members();

// common_name and the subject's members, in the order of a subject.
void read_subject(const Fields& body, const std::string& common_name, CertificateWish& wish);
// alt_names, ip_sans, uri_sans, other_sans, and the common name unless it is excluded.
void read_alt_names(const Fields& body, const std::string& common_name, CertificateWish& wish);

// Names as of Go's x509 package, in any case, without "KeyUsage" and "ExtKeyUsage".
std::vector<std::string> key_usages(const std::string& member, const std::vector<std::string>& go);
std::vector<std::string> ext_key_usages(const std::string& member,
                                        const std::vector<std::string>& go);
std::vector<std::string> oids(const std::string& member, const std::vector<std::string>& given);

// key_type and key_bits, with the type's usual number of bits.
KeyWish read_key_wish(const Fields& body, const std::vector<std::string>& types);

}  // namespace localcloud::sm
