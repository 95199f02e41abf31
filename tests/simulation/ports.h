#pragma once
#include <exception>
#include <functional>
#include <optional>
#include <string>

#include "controller/ports/cloud_lists.h"
#include "controller/ports/secret_source.h"
#include "controller/ports/secret_target.h"
#include "tests/simulation/stage.h"

namespace certloop::simulation {

// Thrown through the loop when its process ends in the middle of a call. The worker's guard catches
// it as it catches everything; but a dead process is asked for nothing any more, and its ports and
// telemetry are deaf.
struct Death : std::exception {};

// The process that makes the calls, as the ports see it.
class Caller {
 public:
  virtual ~Caller() = default;
  virtual bool is_dead() const = 0;
  virtual void die() = 0;
  // What it works on now: the binding of the run that makes the calls.
  virtual const v1::Binding& binding() const = 0;
  virtual void told_to_wait(Duration retry_after) = 0;
  // An exception ends its run, and with it what the run was told.
  virtual void interrupted() = 0;
};

// The world behind the loop's three ports, with everything that can happen to a call: others act
// before and after it takes effect, the process ends there, the service refuses, is silent, lags.
class Ports : public SecretSource, public SecretTarget, public CloudLists {
 public:
  Ports(Stage& stage, Caller& caller) : stage_(stage), caller_(caller) {}

  Result<FetchedSource> fetch(const v1::Source& source, SteadyTime deadline) override;
  Result<std::optional<TargetSnapshot>> fetch(const v1::Target& target,
                                              SteadyTime deadline) override;
  Result<std::string> create(const v1::Target& target, const SecretData& data,
                             SteadyTime deadline) override;
  Result<std::string> replace(const v1::Target& target, const SecretData& data,
                              const std::string& if_match, SteadyTime deadline) override;

  Result<SourceLines> sources(const v1::Endpoint& manager, SteadyTime deadline) override;
  Result<TargetLines> targets(const v1::Endpoint& code_engine, const std::string& project_id,
                              SteadyTime deadline) override;
  Result<std::string> current_version(const v1::Endpoint& manager, const std::string& secret_id,
                                      SteadyTime deadline) override;

 private:
  enum class Fault {
    none,
    denied,       // 401, 403
    not_found,    // 404
    conflict,     // 409, 412
    busy,         // 429 or 503 with Retry-After
    unavailable,  // 5xx
    time_out,     // nothing came, and nothing was done
    answer_lost,  // nothing came, but it was done
    corrupt,      // an answer that cannot be understood
    stale,        // a read from a replica that lags; a list that lacks a line
    exception,    // a library throws, quoting what it worked on
  };
  static constexpr std::size_t kFaults = 11;

  // One call: time passes, `act` takes effect (or not), time passes, the answer comes (or not).
  template <class Answer>
  Answer call(const char* what, SteadyTime deadline, const std::function<Answer(Fault)>& act);
  void wait(Duration time);
  Fault choose(const char* what);
  std::optional<Error> refusal(Fault fault);
  std::string store(const v1::Target& target, const SecretData& data);

  Stage& stage_;
  Caller& caller_;
};

}  // namespace certloop::simulation
