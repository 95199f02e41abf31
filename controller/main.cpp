#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>

#include "controller/app/commands.h"
#include "controller/app/version.h"
#include "controller/net/cpprest_transport.h"

namespace {

using certloop::app::Command;
using certloop::app::Options;

// Keys pass through this memory: no core file may hold them, no other process may read it.
void keep_memory_private() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

// What is needed for a moment serves the next one, or goes back to the system. The library would
// rather give each thread a heap and keep in each what its largest list page once took; our threads
// mostly wait for services, and seldom for each other here. Before any thread exists.
void keep_heap_small() {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TRIM_THRESHOLD, 128 * 1024);  // set, it does not grow by itself
}

// Before any thread exists, so that every thread inherits it; `run` waits for these signals, the
// other commands end by them as usual.
void block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int execute(Options options) {
  if (options.command == Command::run) block_signals();
  std::signal(SIGPIPE, SIG_IGN);
  certloop::net::initialize_client_threads(4);
  switch (options.command) {
    case Command::run:
      return certloop::app::run(std::move(options));
    case Command::sync:
      return certloop::app::pass(std::move(options), certloop::app::Mode::sync);
    case Command::plan:
      return certloop::app::pass(std::move(options), certloop::app::Mode::plan);
    case Command::validate:
      return certloop::app::validate(options);
    case Command::status:
      return certloop::app::status(std::move(options));
    case Command::version:
      std::cout << "certloop " << certloop::app::kVersion << "\n";
      return 0;
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  keep_memory_private();
  keep_heap_small();
  auto parsed = certloop::app::parse_options(argc, argv);
  int code = 1;
  try {
    code = std::holds_alternative<int>(parsed) ? std::get<int>(parsed)
                                               : execute(std::move(std::get<Options>(parsed)));
  } catch (const std::exception&) {
    // Its text is not shown: it may quote what the program was working on.
    std::cerr << "certloop: an unexpected error ended the command\n";
  }
  std::cout.flush();
  // Leaves without running static destructors: cpprestsdk's are not safe to run with TLS.
  _exit(code);
}
