#pragma once
#include <string>
#include <variant>
#include <vector>

#include "controller/core/secret_bytes.h"
#include "controller/core/time.h"

// The command line and the environment end here: nothing else of the program reads either.
namespace certloop::app {

enum class Command { run, sync, plan, validate, status, version };
enum class Output { table, json };
enum class LogFormat { automatic, text, json };

// Every option has an environment variable of the same name (CERTLOOP_…); --help tells meaning,
// default and unit of each.
struct Options {
  Command command = Command::version;

  std::string mapping{};
  Output output = Output::table;
  std::string only{};  // name of one mapping

  std::string iam_url = "https://iam.cloud.ibm.com";
  SecretBytes api_key{};  // from the environment only: command lines can be seen by others
  std::string api_key_file{};
  std::string trusted_profile{};
  std::string compute_token_file{};
  std::string ca_file{};
  double requests_per_second = 10;
  unsigned workers = 4;
  Duration run_deadline{60'000};

  std::string listen{};
  std::string address_file{};
  std::vector<SecretBytes> shared_secrets{};
  std::string signing_destination{};  // URL of an Event Notifications destination that signs
  bool allow_unauthenticated = false;
  SecretBytes view_token{};
  Duration notification_wait{5'000};
  Duration shutdown_grace{8'000};
  Duration mapping_poll{2'000};
  Duration full_look{6 * 3'600'000};  // zero: every resync is one

  std::string url{};  // of a running controller, for status

  std::string log_level = "info";
  LogFormat log_format = LogFormat::automatic;

  // What Code Engine tells its workloads.
  std::string home_region{};
  std::string home_code_engine_url{};
  std::size_t job_index = 0;
  std::size_t job_array_size = 1;
  std::string job_event{};  // the notification that started this job, as JSON
};

// Either what to do, or the exit code of having said it already (--help, --version, a usage error
// with its message on stderr).
std::variant<Options, int> parse_options(int argc, const char* const* argv);

}  // namespace certloop::app
