#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hack/localcloud/frame/world.h"
#include "hack/localcloud/sm/configuration.h"
#include "hack/localcloud/sm/fields.h"
#include "hack/localcloud/sm/local_ca.h"
#include "hack/localcloud/sm/model.h"

namespace localcloud::sm {

// One secret_type: how its bodies are read. All readers refuse (400) what the type does not allow.
class Kind {
 public:
  virtual ~Kind() = default;
  virtual Draft create(const Fields& body) = 0;
  // In this API a rotation is a new version.
  virtual Outcome rotate(const Secret& secret, const Fields& body) = 0;
  // Members of a metadata patch that this type has besides name, description, labels and
  // custom_metadata.
  virtual std::vector<std::string> patchable() const { return {}; }
  virtual void patch(Secret& /*secret*/, const Fields& /*patch*/) {}
  virtual bool keeps_previous_payload() const { return true; }
  // Whether the secret waits for a version that makes it active.
  virtual bool awaits_first_version(const Secret& /*secret*/) const { return false; }
  // When an automatic rotation is due, and the body that it has.
  virtual std::optional<Time> rotation_due(const Secret& secret) const;
  virtual Json rotation_body(const Secret& /*secret*/) const { return Json::object(); }
  // What a read of the payload makes first, as a new version. Empty: reads only read.
  virtual std::optional<Content> mint(const Secret& /*secret*/) { return std::nullopt; }
  // Whether a secret whose current version has expired is destroyed.
  virtual bool ends_with_version(const Secret& /*secret*/) const { return true; }
  // Aliases of the versions whose data can be deleted.
  virtual std::vector<std::string> deletable() const { return {}; }
};

using Kinds = std::map<std::string, std::unique_ptr<Kind>>;

std::unique_ptr<Kind> make_imported_cert(World& world);
std::unique_ptr<Kind> make_public_cert(World& world, LocalCa& ca, Configurations& configurations);
std::unique_ptr<Kind> make_private_cert(World& world, LocalCa& ca, Configurations& configurations);
std::unique_ptr<Kind> make_arbitrary(World& world);
std::unique_ptr<Kind> make_kv(World& world);
std::unique_ptr<Kind> make_username_password(World& world);
std::unique_ptr<Kind> make_iam_credentials(World& world, Configurations& configurations);
std::unique_ptr<Kind> make_service_credentials(World& world);
std::unique_ptr<Kind> make_custom_credentials(World& world, Configurations& configurations);

// All types that there are, by secret_type.
Kinds make_kinds(World& world, LocalCa& ca, Configurations& configurations);
// All values of secret_type.
const std::vector<std::string>& known_types();

}  // namespace localcloud::sm
