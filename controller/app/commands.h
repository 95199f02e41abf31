#pragma once
#include <csignal>

#include "controller/app/options.h"

// One function a command: does it, prints, returns the exit code.
namespace certloop::app {

// Serves until SIGTERM or SIGINT (which the caller has blocked in every thread), then drains.
int run(Options options);

// One pass over the mappings, writing (sync) or not (plan). No retries: the pass after it is the
// retry.
int pass(Options options, bool dry_run);

int validate(const Options& options);
int status(Options options);

}  // namespace certloop::app
