#pragma once
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "hack/localcloud/frame/world.h"
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
  virtual std::variant<Content, Order> rotate(const Secret& secret, const Fields& body) = 0;
  // Members of a metadata patch that this type has besides name, description, labels and
  // custom_metadata.
  virtual std::vector<std::string> patchable() const { return {}; }
  virtual void patch(Secret& /*secret*/, const Fields& /*patch*/) {}
  virtual bool keeps_previous_payload() const { return true; }
};

using Kinds = std::map<std::string, std::unique_ptr<Kind>>;

std::unique_ptr<Kind> make_imported_cert(World& world);
std::unique_ptr<Kind> make_public_cert(World& world, LocalCa& ca);
std::unique_ptr<Kind> make_private_cert(World& world, LocalCa& ca);
std::unique_ptr<Kind> make_arbitrary(World& world);
std::unique_ptr<Kind> make_kv(World& world);
std::unique_ptr<Kind> make_username_password(World& world);

// All types that this cloud makes, by secret_type.
Kinds make_kinds(World& world, LocalCa& ca);
// All values of secret_type that the API knows, made here or not.
const std::vector<std::string>& known_types();

}  // namespace localcloud::sm
