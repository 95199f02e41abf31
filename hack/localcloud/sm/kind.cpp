#include "hack/localcloud/sm/kind.h"

#include "hack/localcloud/sm/rotation.h"

namespace localcloud::sm {

std::optional<Time> Kind::rotation_due(const Secret& secret) const {
  if (secret.versions.empty() || !secret.own.contains("rotation")) return std::nullopt;
  return next_rotation(secret.own["rotation"], secret.versions.back().created_at);
}

Kinds make_kinds(World& world, LocalCa& ca, Configurations& configurations) {
  Kinds kinds;
  kinds.emplace("imported_cert", make_imported_cert(world));
  kinds.emplace("public_cert", make_public_cert(world, ca, configurations));
  kinds.emplace("private_cert", make_private_cert(world, ca, configurations));
  kinds.emplace("arbitrary", make_arbitrary(world));
  kinds.emplace("kv", make_kv(world));
  kinds.emplace("username_password", make_username_password(world));
  kinds.emplace("iam_credentials", make_iam_credentials(world, configurations));
  kinds.emplace("service_credentials", make_service_credentials(world));
  kinds.emplace("custom_credentials", make_custom_credentials(world, configurations));
  return kinds;
}

const std::vector<std::string>& known_types() {
  static const auto* const types = new std::vector<std::string>{
      "arbitrary",         "imported_cert",       "public_cert",
      "private_cert",      "iam_credentials",     "kv",
      "username_password", "service_credentials", "custom_credentials"};
  return *types;
}

}  // namespace localcloud::sm
