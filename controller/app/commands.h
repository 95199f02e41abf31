#pragma once
#include "controller/app/options.h"
#include "controller/app/report.h"

// One function a command: does it, prints, returns the exit code.
namespace certloop::app {

// Serves until SIGTERM or SIGINT (which the caller has blocked in every thread), then drains.
int run(Options options);

// One pass over the mappings. No retries: the pass after it is the retry.
int pass(Options options, Mode mode);

int validate(const Options& options);
int status(Options options);

}  // namespace certloop::app
