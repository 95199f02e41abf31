#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "controller/engine/worker.h"
#include "tests/simulation/ports.h"

namespace certloop::simulation {

// One life of a controller: the product's loop, driven by virtual time as its runner drives it by
// threads. As many runs at once as it has workers: a run that waits in a call lets others begin.
class Process : public Caller, public Telemetry, public std::enable_shared_from_this<Process> {
 public:
  Process(Stage& stage, std::string name, std::function<void()> on_death);

  void set_bindings();  // the world's mapping
  void wake(const std::vector<SecretHint>& secrets);
  void wake_all();

  // When this process may look at the binding again, as far as services asked it to wait.
  SteadyTime floor_of(const std::string& binding) const;
  // When the lists that watch over the binding may be asked for again, likewise.
  SteadyTime floor_of_lists(const v1::Binding& binding) const;
  // Accuses if a key was forgotten; `said`: also looks at the whole status.
  void check_nothing_forgotten();
  void check_status() const;
  // Of the last look at the target, by display name.
  bool holds_as_contended(const v1::Target& target) const;

  // --- Caller ---
  bool is_dead() const override { return dead_; }
  void die() override;
  const v1::Binding& binding() const override { return *jobs_.back()->binding; }
  void told_to_wait(Duration retry_after) override;
  void interrupted() override;

  // --- Telemetry ---
  void on(const TargetReconciled& event) override;
  void on(const NotificationReceived&) override {}
  void on(const PlaceSurveyed& event) override;
  void on(const MappingLoaded&) override {}
  void on(const MappingRejected&) override {}
  void on(const CallMade&) override {}

 private:
  // What is known of a key besides what the loop knows of it.
  struct Key {
    v1::Binding binding{};
    SteadyTime seen{};   // the end of its last run, or when it was added or changed
    SteadyTime floor{};  // no run before
  };
  static constexpr std::size_t kWorkers = 2;

  void arm();
  void work();
  void run(const Job& job);
  void run(const SurveyJob& job);
  Duration longest_turn(const v1::Binding& binding) const;
  void begins(const std::string& key);

  Stage& stage_;
  const std::string name_;
  const std::function<void()> on_death_;
  Ports ports_;
  Reconciler reconciler_;
  Worker worker_;
  Dispatcher dispatcher_;
  std::vector<const Job*> jobs_;  // under way, the innermost last; null: a survey
  std::vector<Place> surveying_;  // likewise
  std::map<Place, SteadyTime> list_floors_;
  std::set<std::string> running_;  // their keys
  std::map<std::string, Key> keys_;
  std::map<std::string, std::string> reasons_;  // of the last look, by target
  std::optional<SteadyTime> armed_;
  bool dead_ = false;
};

}  // namespace certloop::simulation
