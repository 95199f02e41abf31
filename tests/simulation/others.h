#pragma once
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "tests/simulation/controller.h"

namespace certloop::simulation {

using Controllers = std::vector<std::unique_ptr<Controller>>;

// Everybody else: who rotates certificates, edits and deletes secrets, changes the mapping, sends
// notifications (or fails to), and kills processes.
class Others {
 public:
  Others(Stage& stage, Controllers& controllers);

  // One act, whichever.
  void act();
  // Arranges acts and weather up to `end`: single acts, and moments at which a lot happens at once.
  void plan(SteadyTime end);

 private:
  struct Kind {
    unsigned weight = 0;
    void (Others::*act)() = nullptr;
  };
  static const std::vector<Kind> kKinds;

  void rotate();
  void delete_or_restore_source();
  void edit_target();
  void remove_target();
  void change_mapping();
  void change_quota();
  void forge_notification();
  void resync_everybody();
  void kill_somebody();

  void add_binding();
  void retarget(v1::Binding& binding);
  void notify(std::size_t source);
  void deliver(std::size_t controller, const std::vector<SecretHint>& hints);
  void change_weather(SteadyTime end);
  v1::Target any_target();

  Stage& stage_;
  Controllers& controllers_;
  std::size_t added_ = 0;
};

}  // namespace certloop::simulation
