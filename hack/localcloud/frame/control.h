#pragma once
#include "hack/localcloud/frame/faults.h"
#include "hack/localcloud/frame/journal.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud {

// The controls under /_local: journal, faults, switches and clock. Services' own controls are added
// with on(). No token is asked for.
class Control : public Service {
 public:
  // All must outlive the control.
  Control(World& world, Journal& journal, Faults& faults);

  // `pattern` relative to /_local.
  void on(const std::string& method, const std::string& pattern, Router::Handler handler);
  Response handle(const Request& request) override;
  // Called after the clock was moved.
  void on_clock_moved(std::function<void()> react) { clock_moved_ = std::move(react); }

 private:
  Response set_switches(const Request& request);
  Response advance_clock(const Request& request);

  World& world_;
  Router router_{};
  std::function<void()> clock_moved_{};
};

}  // namespace localcloud
