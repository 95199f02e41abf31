#include <csignal>
#include <memory>
#include <random>

#include "controller/app/commands.h"
#include "controller/app/files.h"
#include "controller/app/mapping_file.h"
#include "controller/app/routes.h"
#include "controller/app/stack.h"
#include "controller/app/version.h"

namespace certloop::app {
namespace {

using Level = TelemetryLog::Level;

std::function<double()> unit_random() {
  return [engine = std::mt19937_64(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
  };
}

// A notification names a hundred secrets at most. Bodies are read of callers with the shared secret
// only, or, where a signature lets in, of anybody: then all of them together are 64 MiB at most.
net::ServerLimits server_limits(const Options& options) {
  const bool of_strangers = !options.signing_destination.empty();
  net::ServerLimits limits;
  limits.answer_deadline =
      std::max(limits.answer_deadline, options.notification_wait + std::chrono::seconds(5));
  limits.body_bytes = of_strangers ? ibm::kMaxSignedBody : 256 * 1024;
  limits.connections = of_strangers ? 512 : 2048;
  return limits;
}

std::string url_of(const Options& options, std::uint16_t port) {
  return "http://" + options.listen.substr(0, options.listen.rfind(':')) + ":" +
         std::to_string(port);
}

std::size_t count_targets(const std::vector<v1::Binding>& bindings) {
  std::size_t targets = 0;
  for (const v1::Binding& binding : bindings) targets += binding.targets.size();
  return targets;
}

// A good mapping goes to the runner; a bad one is told everywhere and changes nothing.
MappingWatcher::OnLoad on_load(Runner& runner, FileState& file, Telemetry& telemetry,
                               const Clock& clock) {
  return [&](LoadedMapping mapping) {
    // First it is so, then it is told: who reads the log may ask for the status at once.
    if (!mapping) {
      file.refused(mapping.error());
      telemetry.on(MappingRejected{std::move(mapping.error())});
      return;
    }
    const MappingLoaded loaded{mapping->size(), count_targets(*mapping)};
    file.loaded(clock.wall_now());
    runner.set_bindings(std::move(*mapping));
    telemetry.on(loaded);
  };
}

PacePolicy pace_of(const Options& options) {
  PacePolicy pace;
  pace.full_look = options.full_look;
  return pace;
}

int wait_for_signal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  int received = 0;
  sigwait(&signals, &received);
  return received;
}

RouteOptions route_options(Options& options, SignedSenders* signed_senders) {
  return {std::move(options.shared_secrets), std::move(options.view_token),
          options.notification_wait, signed_senders};
}

// Empty without a destination that signs.
std::unique_ptr<SignedSenders> signed_senders(const Options& options, Stack& stack) {
  if (options.signing_destination.empty()) return nullptr;
  const auto tell = [&log = stack.telemetry()](const Result<void>& fetched) {
    if (fetched) return log.say(Level::info, "key of signed notifications read");
    log.say(Level::warn, "key of signed notifications not read",
            {{"error", to_string(fetched.error().code)}, {"detail", fetched.error().message}});
  };
  return std::make_unique<SignedSenders>(stack.transport(), stack.clock(),
                                         v1::Endpoint{options.signing_destination, {}},
                                         unit_random(), tell);
}

}  // namespace

int run(Options options) {
  // The port first: a cold start is waited for by somebody.
  auto listening = net::HttpServer::listen(options.listen, server_limits(options));
  Stack stack(options);
  TelemetryLog& log = stack.telemetry();
  if (!listening) {
    log.say(Level::error, "cannot listen",
            {{"address", options.listen}, {"detail", listening.error().message}});
    return 1;
  }
  net::HttpServer& server = **listening;

  Reconciler reconciler(stack.source(), stack.target(), stack.clock());
  Runner runner(reconciler, log, stack.clock(), unit_random(),
                {options.workers, options.run_deadline, pace_of(options)}, &stack.lists());
  const bool open = options.shared_secrets.empty() && options.signing_destination.empty();
  const auto signers = signed_senders(options, stack);
  FileState file;
  Routes routes(
      runner, file, log, stack.clock(),
      [&tokens = stack.tokens()] { return tokens.credentials_good(); },
      route_options(options, signers.get()));
  MappingWatcher watcher(options.mapping, {options.home_region, options.home_code_engine_url},
                         options.mapping_poll, on_load(runner, file, log, stack.clock()));

  routes.install(server);
  const std::string url = url_of(options, server.port());
  if (!options.address_file.empty() && !write_file_atomically(options.address_file, url + "\n")) {
    log.say(Level::error, "cannot write the address file", {{"path", options.address_file}});
    return 1;
  }
  server.start();
  log.say(Level::info, "listening", {{"url", url}, {"version", kVersion}});
  if (open) log.say(Level::warn, "open to unauthenticated notifications");
  if (signers) signers->start();
  runner.start();
  watcher.start();

  wait_for_signal();
  log.say(Level::info, "stopping");
  routes.shut();
  watcher.stop();
  const bool drained = runner.stop(options.shutdown_grace);
  server.stop(Duration(500));
  log.say(drained ? Level::info : Level::warn,
          drained ? "stopped" : "stopped with work unfinished");
  log.flush();
  // Not by return: a worker may sit in a DNS look-up that nothing can end, and cpprestsdk's pool
  // would be waited for.
  _exit(0);
}

}  // namespace certloop::app
