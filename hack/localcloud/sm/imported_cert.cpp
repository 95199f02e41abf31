#include <stdexcept>

#include "hack/localcloud/sm/certificate_metadata.h"
#include "hack/localcloud/sm/kind.h"
#include "hack/localcloud/sm/managed_csr.h"
#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
namespace {

constexpr std::size_t kCsrBytes = 64UL * 1024;

class ImportedCert : public Kind {
 public:
  explicit ImportedCert(World& world) : world_(world) {}

  Draft create(const Fields& body) override {
    Draft draft;
    if (!body.has("managed_csr")) {
      draft.content = import(body);
      return draft;
    }
    for (const char* member : {"certificate", "intermediate", "private_key"}) {
      if (body.has(member)) refuse(400, "A managed CSR comes without a certificate.");
    }
    draft.own["managed_csr"] = make_managed_csr(body.object("managed_csr", kCsrBytes));
    draft.content = Awaited{};
    return draft;
  }

  // Intermediate and key belong to the version: a body without them leaves the secret without.
  Outcome rotate(const Secret& secret, const Fields& body) override {
    if (!secret.own.contains("managed_csr")) return import(body);
    if (body.has("private_key")) refuse(400, "The private key of a managed CSR stays where it is.");
    const Json& managed = secret.own.at("managed_csr");
    Json whole = body.body();
    whole["private_key"] = managed.at("private_key");
    Content content = import(Fields(whole));
    content.payload["csr"] = managed.at("csr");
    return content;
  }
  bool awaits_first_version(const Secret& secret) const override {
    return secret.own.contains("managed_csr");
  }

  std::vector<std::string> patchable() const override { return {"managed_csr"}; }
  void patch(Secret& secret, const Fields& patch) override {
    if (!patch.mentions("managed_csr")) return;
    if (!secret.own.contains("managed_csr")) refuse(400, "The secret has no managed CSR.");
    if (!patch.has("managed_csr")) refuse(400, "A managed CSR cannot be removed.");
    secret.own["managed_csr"] =
        patch_managed_csr(secret.own.at("managed_csr"), patch.object("managed_csr", kCsrBytes));
  }

 private:
  Content import(const Fields& body) const {
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
