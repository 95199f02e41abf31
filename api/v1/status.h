#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/v1/mapping.h"

// What certloop says about every mapping: the answer of GET /v1/status and of `certloop status`.
// Names, dates and reasons; never content.
namespace certloop::v1 {

enum class ConditionStatus { unknown, yes, no };
const char* to_string(ConditionStatus);  // "Unknown", "True", "False"

// One statement about one target, in Kubernetes' terms.
struct Condition {
  ConditionStatus status = ConditionStatus::unknown;
  std::string_view reason{};         // a literal, of a closed set: "InSync", "KeyMismatch", …
  std::string message{};             // what is the case, and what to do about it
  std::chrono::sys_seconds since{};  // last change of status (not of the message)
};

// What looks have found about one target.
struct TargetConditions {
  Condition ready{};                       // True: the secret holds the certificate
  Condition stalled{};                     // True: it stays as it is until a person acts
  Condition expiring{};                    // True: the certificate it serves has ended or soon will
  std::chrono::sys_seconds observed_at{};  // last look, whatever its outcome
  std::optional<std::chrono::sys_seconds> written_at{};  // by this process
};

struct TargetStatus : TargetConditions {
  std::string project{};
  std::string secret{};
  std::string format{};
};

// The certificate in Secrets Manager, as last seen.
struct SourceStatus {
  std::string secrets_manager{};
  std::string secret{};  // its id, or group/type/name
  std::string subject{};
  std::string serial{};
  std::optional<std::chrono::sys_seconds> not_before{};
  std::optional<std::chrono::sys_seconds> not_after{};
  std::vector<std::string> dns_names{};
};

struct MappingStatus {
  std::string name{};
  SourceStatus source{};
  std::vector<TargetStatus> targets{};
};

// The mapping file itself.
struct FileStatus {
  bool loaded = false;                              // a good mapping is in use
  std::optional<std::chrono::sys_seconds> since{};  // when that one was loaded
  std::vector<Fault> faults{};                      // of the newest version, if it was refused
};

// Notifications known by their signature (`--event-notifications-destination`).
struct SignatureStatus {
  std::optional<std::chrono::sys_seconds> key_read_at{};  // empty: no key is known, none gets in
  std::string problem{};  // why the key could not be read last time, and what to do
  std::uint64_t accepted = 0;
  std::uint64_t deferred = 0;  // told to come again, for the key was being read
  struct Refused {
    std::uint64_t malformed = 0;  // without a signature, or not readable
    std::uint64_t algorithm = 0;  // another than RS256
    std::uint64_t signature = 0;  // changed on the way, or another key's
    std::uint64_t time = 0;       // expired, or from the future
  };
  Refused refused{};
};

struct Status {
  std::string version{};
  FileStatus file{};
  std::vector<MappingStatus> mappings{};
  std::optional<SignatureStatus> signed_notifications{};  // empty: no signature is looked for
};

// Every target Ready (and there is one), and no refused file.
bool all_ready(const Status& status);

// Stable JSON, two spaces of indent; the members are named as in the structs, in camelCase.
std::string to_json(const Status& status);

// Faults as JSON for editors and CI:
// {"valid":false,"faults":[{"file","line","column","message","hint"}]}.
std::string to_json(const std::vector<Fault>& faults);

}  // namespace certloop::v1
