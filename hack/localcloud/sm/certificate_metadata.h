#pragma once
#include <string>

#include "hack/localcloud/sm/fields.h"
#include "hack/localcloud/sm/model.h"
#include "hack/localcloud/sm/x509.h"

namespace localcloud::sm {

// Payload and what OpenSSL reads out of its certificate: names, issuer, serial number, validity.
Content certificate_content(const CertificateFacts& facts, Json payload);

// A member that must be a PEM text of 50 to 100 000 characters.
std::string pem_text(const Fields& body, const std::string& member);

// A DNS name, wildcards too; 400 when not.
void require_dns_name(const std::string& member, const std::string& name);

}  // namespace localcloud::sm
