#include "tests/simulation/controller.h"

namespace certloop::simulation {

using namespace std::chrono_literals;

void Controller::start() {
  if (process_) return;
  stage_.trace.note({name_, "starts"});
  process_ = std::make_shared<Process>(stage_, name_, [this] { died(); });
  process_->set_bindings();
}

// Who runs it starts it again. The process itself lasts until its calls have been left.
void Controller::died() {
  process_.reset();
  stage_.timeline.in(stage_.chance.between(1s, 10min), [this] { start(); });
}

}  // namespace certloop::simulation
