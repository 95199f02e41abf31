#pragma once
#include <memory>
#include <string>

#include "tests/simulation/process.h"

namespace certloop::simulation {

// A controller through its lives: what remains when a process ends is its name.
class Controller {
 public:
  Controller(Stage& stage, std::string name) : stage_(stage), name_(std::move(name)) {}
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  // A new process with an empty memory, unless one is alive.
  void start();
  void kill() {
    if (const auto alive = process_) alive->die();
  }
  // Null while it is down.
  Process* process() { return process_.get(); }

 private:
  void died();

  Stage& stage_;
  const std::string name_;
  std::shared_ptr<Process> process_;
};

}  // namespace certloop::simulation
