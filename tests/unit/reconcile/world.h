#pragma once
#include <string>

#include "controller/reconcile/reconciler.h"
#include "tests/support/catch.h"
#include "tests/support/fakes_binding.h"
#include "tests/support/fakes_clock.h"
#include "tests/support/fakes_cloud.h"
#include "tests/support/pki.h"

namespace certloop::test {

// Real certificates and the fake cloud around one reconciler.
struct World {
  test_pki::Authority root = test_pki::Authority::self_signed({.name = "Root"});
  test_pki::Authority inter = root.issue_authority({.name = "Inter"});
  FakeClock clock;
  FakeCloud cloud;
  Reconciler reconciler{cloud, cloud, clock};

  test_pki::Leaf issue(test_pki::Request request = {}) const {
    if (request.dns_names.empty()) request.dns_names = {"pay.example.com"};
    return inter.issue(request);
  }
  Material material(const test_pki::Leaf& leaf) const {
    return {leaf.certificate(), {inter.certificate(), root.certificate()}, leaf.private_key(), ""};
  }
  // What a tls target must hold for this leaf.
  Texts tls_data(const test_pki::Leaf& leaf) const {
    return {{"tls_cert", leaf.certificate() + inter.certificate()},
            {"tls_key", leaf.private_key()}};
  }
  // A new certificate in Secrets Manager.
  test_pki::Leaf rotate(const v1::Source& source = source_by_id()) {
    auto leaf = issue();
    cloud.put(source, material(leaf));
    return leaf;
  }
  Outcome look(const v1::Binding& binding) {
    return reconciler.reconcile(binding, clock.steady_now() + std::chrono::seconds(60));
  }
  // One look at a binding of one target.
  TargetOutcome look_at(const v1::Target& target) {
    return look(binding_of("b", {target})).targets[0];
  }
};

inline Reason reason_of(const TargetOutcome& outcome) {
  REQUIRE(outcome.plan);
  return outcome.plan->reason;
}

inline std::string with_crlf(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') result += '\r';
    result += c;
  }
  return result;
}

}  // namespace certloop::test
