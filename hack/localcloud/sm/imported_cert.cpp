#include <stdexcept>

#include "hack/localcloud/sm/certificate_metadata.h"
#include "hack/localcloud/sm/kind.h"
#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
namespace {

class ImportedCert : public Kind {
 public:
  explicit ImportedCert(World& world) : world_(world) {}

  Draft create(const Fields& body) override {
    Draft draft;
    draft.content = import(body);
    return draft;
  }

  // Intermediate and key belong to the version: a body without them leaves the secret without.
  std::variant<Content, Order> rotate(const Secret&, const Fields& body) override {
    return import(body);
  }

 private:
  Content import(const Fields& body) const {
    if (body.has("managed_csr")) refuse(400, "'managed_csr' is not offered by this cloud.");
    Json payload{{"certificate", pem_text(body, "certificate")}};
    const CertificateFacts facts = facts_of(payload["certificate"], "certificate");
    const bool checks = world_.switches.on("import_checks");
    if (checks && facts.not_after <= world_.clock.now()) {
      refuse(400, "The certificate has expired.");
    }
    const bool intermediate = body.has("intermediate");
    if (intermediate) {
      payload["intermediate"] = pem_text(body, "intermediate");
      facts_of(payload["intermediate"], "intermediate");
    }
    const bool key = body.has("private_key");
    if (key) {
      payload["private_key"] = pem_text(body, "private_key");
      if (checks) require_fit(payload["certificate"], payload["private_key"]);
    }
    Content content = certificate_content(facts, std::move(payload));
    content.about_secret["intermediate_included"] = intermediate;
    content.about_secret["private_key_included"] = key;
    return content;
  }

  static CertificateFacts facts_of(const std::string& pem, const std::string& member) {
    try {
      return read_certificates(pem);
    } catch (const std::invalid_argument& wrong) {
      refuse(400, "'" + member + "' is " + wrong.what() + ".");
    }
  }

  static void require_fit(const std::string& certificate, const std::string& key) {
    try {
      if (!key_fits(certificate, key)) {
        refuse(400, "The private key does not match the certificate.");
      }
    } catch (const std::invalid_argument& wrong) {
      refuse(400, std::string("'private_key' is ") + wrong.what() + ".");
    }
  }

  World& world_;
};

}  // namespace

std::unique_ptr<Kind> make_imported_cert(World& world) {
  return std::make_unique<ImportedCert>(world);
}

}  // namespace localcloud::sm
