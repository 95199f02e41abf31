#pragma once
#include <memory>
#include <optional>
#include <string>

#include "controller/ports/secret_source.h"
#include "controller/ports/secret_target.h"
#include "tests/support/fakes_cloud.h"

// One suite for each port, run on the fake and on the adapters over the local cloud. That keeps the
// fake honest: what the unit tests believe of it is what the services' adapters do.
namespace certloop::test {

// A Secrets Manager and a Code Engine project, and the ways to arrange them.
class ContractWorld {
 public:
  virtual ~ContractWorld() = default;
  virtual SecretSource& source() = 0;
  virtual SecretTarget& target() = 0;
  virtual SteadyTime deadline() const = 0;

  // Imports a certificate under a name; the addresses by id and by name.
  struct Addresses {
    v1::Source by_id{};
    v1::Source by_name{};
  };
  virtual Addresses import(const std::string& name, const Material& material) = 0;
  virtual void rotate(const Addresses& secret, const Material& material) = 0;
  virtual void remove(const Addresses& secret) = 0;
  // The secret, of a certificate that ends within a day, stays but has nothing to read any more.
  virtual void destroy(const Addresses& secret) = 0;
  virtual Addresses nobody() = 0;

  virtual v1::Target address(const std::string& secret, v1::Format format = v1::Format::tls) = 0;
  virtual v1::Target in_missing_project() = 0;
  // What others do to a target.
  virtual void put(const v1::Target& target, const std::string& format, const Texts& data) = 0;
  virtual void remove(const v1::Target& target) = 0;
  virtual std::optional<Texts> stored(const v1::Target& target) = 0;
  // Lets a moment pass, after which reads show what was written, however late they are.
  virtual void settle() = 0;

  // The next call of this kind is refused with an outage, or takes effect without an answer.
  virtual void refuse_next(Call call) = 0;
  virtual void lose_next_answer(Call call) = 0;
  virtual void mend() = 0;  // no more faults
};

std::unique_ptr<ContractWorld> make_fake_world();
std::unique_ptr<ContractWorld> make_cloud_world();

struct OnTheFake {
  std::unique_ptr<ContractWorld> world = make_fake_world();
};
struct OnTheAdapters {
  std::unique_ptr<ContractWorld> world = make_cloud_world();
};

}  // namespace certloop::test
