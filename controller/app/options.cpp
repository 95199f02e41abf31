#include "controller/app/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "controller/app/files.h"
#include "controller/app/version.h"
#include "controller/ibm/delivery_key.h"

namespace certloop::app {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// The words of an enum; --help shows them by the option's type name.
template <class Enum>
CLI::Validator words(const std::map<std::string, Enum>& values) {
  return CLI::CheckedTransformer(values).description("");
}

// What is written once and used by several commands. Seconds are read as whole numbers with a unit.
// Each command has a reader of its own: CLI11 also gives variables of the environment to commands
// that were not chosen, and they must not write over what the chosen one was told.
struct Reader {
  CLI::App* app = nullptr;
  Options options{};
  std::string shared_secret_file{};
  std::string view_token_file{};
  std::map<std::string, std::uint64_t> units{{"ms", 1}, {"s", 1000}, {"m", 60'000}};

  struct Bounds {
    Duration least{};
    Duration most{};
  };

  void duration(const std::string& name, Duration& into, Bounds bounds, const std::string& env,
                const std::string& help) {
    const auto take = [&into, bounds, name](const std::uint64_t& ms) {
      const auto least = static_cast<std::uint64_t>(bounds.least.count());
      const auto most = static_cast<std::uint64_t>(bounds.most.count());
      if (ms < least || ms > most) {
        throw CLI::ValidationError(
            name, "must be from " + std::to_string(least) + "ms to " + std::to_string(most) + "ms");
      }
      into = Duration(ms);
    };
    app->add_option_function<std::uint64_t>(name, take, help)
        ->envname(env)
        ->transform(
            CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED).description(""))
        ->type_name("TIME(ms|s|m)")
        ->default_str(std::to_string(into.count()) + "ms");
  }

  CLI::Option* mapping() {
    return app
        ->add_option("--mapping,-m", options.mapping, "mapping file, or a folder of *.yaml files")
        ->envname("CERTLOOP_MAPPING");
  }

  void output() {
    app->add_option("--output,-o", options.output, "table for people, json for programs")
        ->transform(words<Output>({{"table", Output::table}, {"json", Output::json}}))
        ->type_name("table|json")
        ->default_str("table");
  }

  void cloud() {
    app->add_option("--iam-url", options.iam_url, "IAM token service")
        ->envname("CERTLOOP_IAM_URL")
        ->capture_default_str();
    app->add_option("--api-key-file", options.api_key_file,
                    "file with an IBM Cloud API key (or the variable CERTLOOP_API_KEY)")
        ->envname("CERTLOOP_API_KEY_FILE");
    app->add_option("--trusted-profile", options.trusted_profile,
                    "IAM trusted profile, name or id, used with the compute resource token")
        ->envname("CERTLOOP_TRUSTED_PROFILE");
    app->add_option("--compute-token-file", options.compute_token_file,
                    "compute resource token; default: where IBM Cloud mounts it")
        ->envname("CERTLOOP_COMPUTE_TOKEN_FILE");
    app->add_option("--ca-file", options.ca_file,
                    "PEM file of the only CAs to trust; default: the system's")
        ->envname("CERTLOOP_CA_FILE");
    app->add_option("--requests-per-second", options.requests_per_second,
                    "most requests a second to each service; lower is kinder, higher is quicker")
        ->envname("CERTLOOP_REQUESTS_PER_SECOND")
        ->check(CLI::Range(0.1, 1000.0))
        ->capture_default_str();
    app->add_option("--workers", options.workers, "mappings worked on at once")
        ->envname("CERTLOOP_WORKERS")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    duration("--run-deadline", options.run_deadline, {Duration(1'000), Duration(3'600'000)},
             "CERTLOOP_RUN_DEADLINE", "time for one mapping, all its calls together");
  }

  void logging() {
    app->add_option("--log-level", options.log_level, "debug also tells each call")
        ->envname("CERTLOOP_LOG_LEVEL")
        ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}))
        ->capture_default_str();
    app->add_option("--log-format", options.log_format, "auto: text on a terminal, else json")
        ->envname("CERTLOOP_LOG_FORMAT")
        ->transform(CLI::CheckedTransformer(std::map<std::string, LogFormat>{
            {"auto", LogFormat::automatic}, {"text", LogFormat::text}, {"json", LogFormat::json}}))
        ->default_str("auto");
  }

  void view_token() {
    app->add_option("--view-token-file", view_token_file,
                    "token that opens /v1/status (or CERTLOOP_VIEW_TOKEN); without one only this "
                    "machine may look")
        ->envname("CERTLOOP_VIEW_TOKEN_FILE");
  }

  void server() {
    app->add_option("--listen", options.listen,
                    "address:port; default: every address on $PORT if that is set, else "
                    "127.0.0.1:8080; port 0 takes a free one")
        ->envname("CERTLOOP_LISTEN");
    app->add_option("--address-file", options.address_file,
                    "file to write the listening address to, as http://…")
        ->envname("CERTLOOP_ADDRESS_FILE");
    app->add_option("--shared-secret-file", shared_secret_file,
                    "one or two secrets, a line each, that senders of notifications present (or "
                    "CERTLOOP_SHARED_SECRET); two, while you change them")
        ->envname("CERTLOOP_SHARED_SECRET_FILE");
    app->add_option("--event-notifications-destination", options.signing_destination,
                    "address of the webhook destination whose signed deliveries (signing_enabled) "
                    "to take, https://…/v1/instances/<guid>/destinations/<id>; its key is read "
                    "with the controller's own credentials, which need the role Reader there")
        ->envname("CERTLOOP_EVENT_NOTIFICATIONS_DESTINATION");
    app->add_flag("--allow-unauthenticated", options.allow_unauthenticated,
                  "take notifications from anybody; for trials only")
        ->envname("CERTLOOP_ALLOW_UNAUTHENTICATED");
    duration(
        "--notification-wait", options.notification_wait, {Duration(0), Duration(60'000)},
        "CERTLOOP_NOTIFICATION_WAIT",
        "how long a notification's answer waits for its outcome; the sender gives up after 10s");
    duration("--shutdown-grace", options.shutdown_grace, {Duration(0), Duration(3'600'000)},
             "CERTLOOP_SHUTDOWN_GRACE", "how long work under way may go on after SIGTERM");
    duration("--full-look", options.full_look, {Duration(0), Duration(7 * 24 * 3'600'000)},
             "CERTLOOP_FULL_LOOK",
             "how often to read what the lists say is unchanged; 0 makes no lists and reads all at "
             "every resync");
    duration("--mapping-poll", options.mapping_poll, {Duration(10), Duration(3'600'000)},
             "CERTLOOP_MAPPING_POLL", "how often to look whether the mapping has changed");
  }

  void only() { app->add_option("--only", options.only, "only the mapping of this name"); }
};

// Secrets by file or variable, separated by white space.
std::vector<SecretBytes> secrets_of(const std::string& file, const char* variable) {
  std::vector<SecretBytes> secrets;
  SecretBytes text(environment(variable));
  if (!file.empty()) {
    auto content = read_secret_file(file);
    if (!content) throw CLI::ValidationError(file, "cannot be read");
    text = std::move(*content);
  }
  std::string_view rest = text.reveal();
  while (true) {
    const std::size_t begin = rest.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return secrets;
    rest.remove_prefix(begin);
    const std::size_t end = std::min(rest.find_first_of(" \t\r\n"), rest.size());
    secrets.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
}

void read_destination(Options& options) {
  constexpr const char* kName = "--event-notifications-destination";
  if (options.allow_unauthenticated) {
    throw CLI::ValidationError("--allow-unauthenticated", std::string("excludes ") + kName);
  }
  auto url = ibm::check_destination(options.signing_destination);
  if (!url) throw CLI::ValidationError(kName, url.error());
  options.signing_destination = std::move(*url);
}

void read_secrets(Reader& reader) {
  Options& options = reader.options;
  options.api_key = SecretBytes(environment("CERTLOOP_API_KEY"));
  auto view = secrets_of(reader.view_token_file, "CERTLOOP_VIEW_TOKEN");
  if (!view.empty()) options.view_token = std::move(view.front());
  options.shared_secrets = secrets_of(reader.shared_secret_file, "CERTLOOP_SHARED_SECRET");
  if (options.command != Command::run) return;
  if (options.shared_secrets.size() > 2) {
    throw CLI::ValidationError("--shared-secret-file", "holds more than two secrets");
  }
  for (const SecretBytes& secret : options.shared_secrets) {
    if (secret.size() < 16) {
      throw CLI::ValidationError("--shared-secret-file", "a secret is shorter than 16 characters");
    }
  }
  if (!options.signing_destination.empty()) read_destination(options);
  if (options.shared_secrets.empty() && options.signing_destination.empty() &&
      !options.allow_unauthenticated) {
    throw CLI::ValidationError(
        "--shared-secret-file",
        "without a shared secret anybody could send notifications: give one, name the "
        "--event-notifications-destination that signs, or say --allow-unauthenticated");
  }
}

// A count that Code Engine gives; other text would silently change which mappings are looked at.
std::size_t number(const char* variable, std::size_t otherwise) {
  const std::string text = environment(variable);
  if (text.empty()) return otherwise;
  std::size_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) {
    throw CLI::ValidationError(variable, "is not a number");
  }
  return value;
}

void read_share(Options& options) {
  options.job_index = number("JOB_INDEX", 0);
  options.job_array_size = number("JOB_ARRAY_SIZE", 1);
  if (options.job_index >= options.job_array_size) {
    throw CLI::ValidationError(
        "JOB_INDEX", "is not below JOB_ARRAY_SIZE: give the job the array indices 0 to N-1");
  }
}

// What Code Engine puts into the environment of its workloads.
void read_code_engine(Options& options) {
  options.home_region = environment("CE_REGION");
  options.home_code_engine_url = environment("CE_API_BASE_URL");
  if (options.command == Command::sync) read_share(options);
  options.job_event = environment("ibmendata");
  if (options.job_event.empty()) options.job_event = environment("CE_DATA");
  if (options.listen.empty()) {
    const std::string port = environment("PORT");
    options.listen = port.empty() ? "127.0.0.1:8080" : "0.0.0.0:" + port;
  }
}

using Readers = std::map<Command, Reader>;

Reader& command(CLI::App& app, Readers& readers, const char* name, Command which,
                const char* description) {
  Reader& reader = readers[which];
  reader.options.command = which;
  reader.app = app.add_subcommand(name, description);
  return reader;
}

void describe(CLI::App& app, Readers& readers) {
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("certloop ") + kVersion);
  app.footer("Exit codes, the mapping file and operation: see README.md.");

  Reader& run = command(app, readers, "run", Command::run,
                        "keep the secrets in sync: HTTP server, workers, resync, reload");
  Reader& sync = command(app, readers, "sync", Command::sync,
                         "one pass over all mappings; exit 0: all in sync, 1: some are not");
  Reader& plan = command(app, readers, "plan", Command::plan,
                         "what a sync would do, and why; exit 0: nothing, 2: changes, 1: failure");
  Reader& validate = command(app, readers, "validate", Command::validate,
                             "check the mapping, offline; exit 0: good, 1: faults");
  Reader& status = command(app, readers, "status", Command::status,
                           "ask a running controller (--url), or look (--mapping); exit 0: ready");
  command(app, readers, "version", Command::version, "build facts");

  for (Reader* reader : {&run, &sync, &plan, &validate}) reader->mapping()->required();
  for (Reader* reader : {&sync, &plan, &validate, &status}) reader->output();
  for (Reader* reader : {&run, &sync, &plan, &status}) {
    reader->cloud();
    reader->logging();
  }
  for (Reader* reader : {&sync, &plan}) reader->only();
  for (Reader* reader : {&run, &status}) reader->view_token();
  run.server();
  status.mapping();
  status.app->add_option("--url", status.options.url, "base URL of a running controller")
      ->envname("CERTLOOP_URL");
}

Reader& chosen(Readers& readers) {
  return std::find_if(readers.begin(), readers.end(),
                      [](const auto& entry) { return entry.second.app->parsed(); })
      ->second;
}

// A usage error quotes arguments, and one of them may be a key that somebody put where none
// belongs: what is long enough for that is not said again.
std::string without_long_values(std::string message, int argc, const char* const* argv) {
  constexpr std::size_t kShortestSecret = 16;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const bool named = argument.rfind("--", 0) == 0;
    if (named && argument.find('=') == std::string::npos) continue;
    const std::string value = named ? argument.substr(argument.find('=') + 1) : argument;
    if (value.size() < kShortestSecret) continue;
    for (auto at = message.find(value); at != std::string::npos; at = message.find(value)) {
      message.replace(at, value.size(), "(not shown)");
    }
  }
  return message;
}

}  // namespace

std::variant<Options, int> parse_options(int argc, const char* const* argv) {
  CLI::App app("certloop keeps Code Engine secrets equal to Secrets Manager certificates",
               "certloop");
  Readers readers;
  describe(app, readers);
  try {
    app.parse(argc, argv);
    Reader& reader = chosen(readers);
    read_secrets(reader);
    read_code_engine(reader.options);
    if (reader.options.command == Command::status && reader.options.url.empty() &&
        reader.options.mapping.empty()) {
      throw CLI::ValidationError("status", "give --url or --mapping");
    }
    return std::move(reader.options);
  } catch (const CLI::ParseError& error) {
    // 0 for --help and --version; every usage error is the commands' 1.
    std::ostringstream message;
    const int code = app.exit(error, std::cout, message);
    std::cerr << without_long_values(message.str(), argc, argv);
    return code == 0 ? 0 : 1;
  }
}

}  // namespace certloop::app
