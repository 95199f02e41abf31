#pragma once
#include <boost/asio/io_context.hpp>

#include "hack/localcloud/ce/workload.h"
#include "hack/localcloud/frame/world.h"
#include "hack/localcloud/run/container.h"
#include "hack/localcloud/run/ports.h"

namespace localcloud::run {

// What everything that runs apps and jobs needs; all of it outlives them.
struct Machine {
  World& world;
  boost::asio::io_context& io;
  Ports& ports;
  Launcher& launcher;
  ce::WorkloadReports& reports;
};

}  // namespace localcloud::run
