#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hack/localcloud/sm/configuration.h"
#include "hack/localcloud/sm/fields.h"

namespace localcloud::sm {

// One config_type: how its bodies are read. All readers refuse (400) what the type does not allow.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual void create(Configuration& configuration, const Fields& body) = 0;
  virtual std::vector<std::string> patchable() const = 0;
  virtual void patch(Configuration& configuration, const Fields& patch) = 0;
  // Adds what depends on the time and on others, to the view alone or also to that of lists.
  virtual void complete(const Configuration& /*it*/, Json& /*view*/, bool /*alone*/) const {}
  // The answer of an action; its body is whole and its action_type known.
  virtual Json act(Configuration& configuration, const std::string& action, const Fields& body);
};

using Engines = std::map<std::string, std::unique_ptr<Engine>>;

std::unique_ptr<Engine> make_root_ca(World& world, Configurations& configurations);
std::unique_ptr<Engine> make_intermediate_ca(World& world, Configurations& configurations);
std::unique_ptr<Engine> make_template(Configurations& configurations);
std::unique_ptr<Engine> make_lets_encrypt();
std::unique_ptr<Engine> make_internet_services();
std::unique_ptr<Engine> make_classic();
std::unique_ptr<Engine> make_iam_engine();
std::unique_ptr<Engine> make_custom_engine();

}  // namespace localcloud::sm
