#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "hack/localcloud/frame/http.h"

// What all services of one local cloud share. Used from the cloud's one thread only.
namespace localcloud {

// In microseconds: certificates may live until the year 9999, nanoseconds end in 2262.
using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

// The cloud's own clock: the machine's, shifted. (Tokens, certificates and events use it.)
class CloudClock {
 public:
  Time now() const {
    return std::chrono::floor<Time::duration>(std::chrono::system_clock::now()) + shift_;
  }
  void shift(std::chrono::seconds by) { shift_ += by; }

 private:
  std::chrono::seconds shift_{0};
};

std::int64_t unix_seconds(Time);  // whole, rounded down
// "2026-02-02T03:04:05Z", whole seconds.
std::string rfc3339(Time);
Time parse_rfc3339(const std::string&);  // throws std::invalid_argument

// What a switch takes where its kind says too little: the values listed, and the integers of a
// range. Nothing of either: every value of the kind.
struct Allowed {
  std::vector<Json> values{};
  std::int64_t low = 0;
  std::int64_t high = -1;  // below low: no range
};

inline Allowed one_of(std::vector<Json> values) {
  return {.values = std::move(values)};
}
inline Allowed from_to(std::int64_t low, std::int64_t high) {
  return {.low = low, .high = high};
}
// A status that says no, or one of the others that the switch has a meaning for.
inline Allowed refusal_status(std::vector<Json> others = {}) {
  return {.values = std::move(others), .low = 400, .high = 599};
}

// Behaviours that the facts leave open ("not established"): a default each, and a way to be the
// other thing. Set over POST /_local/switches {"name": value}, read by the services at each use.
// Each service declares its own in its constructor.
class Switches {
 public:
  void declare(const std::string& name, const Json& value, const std::string& meaning,
               Allowed allowed = {});
  const Json& value(const std::string& name) const;  // declared ones only
  bool on(const std::string& name) const { return value(name).get<bool>(); }
  // Both throw HttpError on an unknown name and on a value that is not taken; the second sets all
  // of an object or, when it throws, none.
  void set(const std::string& name, const Json& value);
  void set_all(const Json& values);
  // By name: value, default, meaning, and what it takes: {"kind":"boolean|integer|string"}, with
  // "values" where they are listed and "from" and "to" where there is a range.
  Json describe() const;

 private:
  struct Entry {
    Json value;
    Json standard;
    std::string meaning;
    Allowed allowed;
  };
  Entry& checked(const std::string& name, const Json& value);  // throws as set() does

  std::map<std::string, Entry> entries_;
};

// Identifiers: random, but from a seed, so that two clouds of one seed are alike.
class Ids {
 public:
  explicit Ids(std::uint64_t seed) : random_(seed) {}
  std::string uuid();
  std::string hex(std::size_t digits);
  std::string entity_tag();  // decimal digits, new each time
 private:
  std::mt19937_64 random_;
};

// Fixed names of a fresh cloud (design: "with fixed ids"), for env files and tests.
struct Seed {
  std::string account = "0123456789abcdef0123456789abcdef";
  std::string api_key = "localcloud-api-key-0123456789abcdefghijklmno";
  std::string compute_token = "localcloud-compute-resource-token-0123456789";
  std::string trusted_profile_id = "Profile-5d0f3c1e-7a34-4a56-9a77-3f2b8d0c1a11";
  std::string trusted_profile_name = "certloop";
  std::string sm_instance = "99999999-aaaa-bbbb-cccc-dddddddddddd";
  std::string sm_region = "eu-de";
  std::string en_instance = "88888888-aaaa-bbbb-cccc-eeeeeeeeeeee";
  std::string en_region = "eu-de";
  std::string project_a = "15314cc3-85b4-4338-903f-c28cdee6d005";
  std::string project_a_name = "shop";
  std::string region_a = "eu-de";
  std::string project_b = "4e49b3e0-27a8-48d2-a784-c7ee48bb863b";
  std::string project_b_name = "admin";
  std::string region_b = "us-south";
  std::string resource_group = "fedcba9876543210fedcba9876543210";

  std::string trusted_component = "certloop";  // the application of project A that has the token

  std::string sm_crn() const;  // crn:v1:bluemix:public:secrets-manager:eu-de:a/<account>:<guid>::
  std::string en_crn() const;
  std::string project_a_crn() const;
  std::string project_b_crn() const;
};

// crn:v1:bluemix:public:<service>:<region>:a/<account>:<guid>:<type>:<resource>, in its parts. The
// resource may itself hold colons.
struct Crn {
  std::string service{};
  std::string region{};
  std::string account{};  // without "a/"
  std::string instance{};
  std::string resource_type{};
  std::string resource{};

  std::string text() const;
};

std::optional<Crn> parse_crn(const std::string& text);

// Runs `task` on the cloud's thread after `wait` of real time. How services do things later
// (asynchronous orders, batches, retries). Never waits itself.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  virtual void after(std::chrono::milliseconds wait, std::function<void()> task) = 0;
};

// One HTTP request that the cloud itself makes: a notification, or what goes on to a workload.
struct OutboundRequest {
  std::string method{};
  std::string url{};
  Headers headers{};
  std::string body{};
  std::chrono::milliseconds timeout{10'000};  // for the whole exchange
};

struct OutboundResult {
  int status = 0;     // 0: no whole answer
  Headers headers{};  // names lowercased
  std::string body{};
  std::string failure{};   // why there is no answer
  bool connected = false;  // false: the other side cannot have seen anything of it

  std::string header(const std::string& lowercase_name) const {
    return find(headers, lowercase_name);
  }
};

// How the cloud calls others without blocking its thread. `done` runs on that thread, once, after
// send() has returned.
class Outbound {
 public:
  virtual ~Outbound() = default;
  virtual void send(OutboundRequest request, std::function<void(const OutboundResult&)> done) = 0;
};

// Checks the caller's token. IAM implements it, the other services ask it first of all.
class Authority {
 public:
  virtual ~Authority() = default;
  // Empty: known and valid. Else the 401 to send, in IBM's standard shape.
  virtual std::optional<Response> refuse(const Request& request) = 0;
};

// IAM's authorization policies, as far as other services ask for them.
class Authorizations {
 public:
  virtual ~Authorizations() = default;
  // Whether the instance `source_crn` may act on `target_crn` in a role, by its display name.
  virtual bool allows(const std::string& source_crn, const std::string& target_crn,
                      const std::string& role) const = 0;
};

// A workload of Code Engine, as the links of trusted profiles name it.
struct ComputeResource {
  std::string project_crn{};
  std::string component_type{};  // "application", "job" or "function"
  std::string component_name{};
};

// What Code Engine puts into the file of a workload, to be shown to IAM for an access token.
class ComputeTokens {
 public:
  virtual ~ComputeTokens() = default;
  virtual std::string compute_token(const ComputeResource& resource) = 0;  // a new one each time
};

// A run of a job that another service wants.
struct JobRunOrder {
  std::string project_crn{};
  std::string job_name{};
  Json parameters = Json::object();                // members of a create-job-run call
  std::map<std::string, std::string> variables{};  // beside those of the job
};

// How other services start job runs; Code Engine implements it.
class JobStarter {
 public:
  virtual ~JobStarter() = default;
  // What the create-job-run call answers: 202 and the run, or why there is none. The run vanishes
  // ten minutes after its end.
  virtual Response start_job_run(const JobRunOrder& order) = 0;
};

// One thing that happened to one secret, as Secrets Manager tells Event Notifications.
struct SecretEvent {
  std::string instance_crn{};  // ends in "::"
  std::string event_type{};    // without prefix: "secret_rotated"
  std::string event_sub_type{};
  std::string secret_type{};
  std::string severity = "LOW";
  // One element of data.secrets[]; its "secret_id" is the bare UUID (the batcher writes the form
  // that the switch asks for).
  Json secret{};
  std::string api_url{};  // the instance's base URL, without /api
};

// Where Secrets Manager puts its events; Event Notifications implements it (the batcher).
class EventSink {
 public:
  virtual ~EventSink() = default;
  // Pending until the next dispatch (1 to 2 minutes, or /_local/flush).
  virtual void publish(SecretEvent event) = 0;
  // SM's registration call: makes the instance a source of that EN instance. False: no such EN
  // instance. Throws HttpError when it is not authorized to be one.
  virtual bool register_source(const std::string& sm_crn, const std::string& en_crn,
                               const std::string& name, const std::string& description) = 0;
  virtual void unregister_source(const std::string& sm_crn) = 0;
};

struct World {
  Seed seed{};
  CloudClock clock{};
  Switches switches{};
  Ids ids{20261124};
  Scheduler* scheduler = nullptr;  // set before any service is made
  Outbound* outbound = nullptr;    // likewise
  Authority* authority = nullptr;
  Authorizations* authorizations = nullptr;
  ComputeTokens* compute_tokens = nullptr;
  EventSink* events = nullptr;
  JobStarter* jobs = nullptr;
  std::string address{};  // "http://127.0.0.1:4711", once it is listening
  bool any_host = false;  // answers whatever name it is called by, not only addresses
};

}  // namespace localcloud
