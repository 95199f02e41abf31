#include "hack/localcloud/sm/local_ca.h"

namespace localcloud::sm {
namespace {

constexpr auto kDay = std::chrono::hours(24);

CertificateWish authority_wish(const std::string& name, Time around) {
  return {.subject = {{"CN", name}},
          .not_before = around - kDay,
          .not_after = around + 3650 * kDay,
          .authority = true};
}

}  // namespace

const Authority& LocalCa::authority(Time around) {
  if (!intermediate_) {
    Authority root{.key = make_key({.type = "ec", .bits = 256})};
    root.certificate = self_signed(authority_wish("Local Cloud Root CA", around), root.key);
    Authority made{.key = make_key({.type = "ec", .bits = 256}), .above = {root.certificate}};
    made.certificate =
        signed_by(root, authority_wish("Local Cloud Intermediate CA", around), made.key);
    intermediate_ = std::move(made);
  }
  return *intermediate_;
}

}  // namespace localcloud::sm
