#include "hack/localcloud/sm/kind.h"

namespace localcloud::sm {

Kinds make_kinds(World& world, LocalCa& ca) {
  Kinds kinds;
  kinds.emplace("imported_cert", make_imported_cert(world));
  kinds.emplace("public_cert", make_public_cert(world, ca));
  kinds.emplace("private_cert", make_private_cert(world, ca));
  kinds.emplace("arbitrary", make_arbitrary(world));
  kinds.emplace("kv", make_kv(world));
  kinds.emplace("username_password", make_username_password(world));
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
