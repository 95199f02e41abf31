#pragma once
#include <cstdint>
#include <list>
#include <optional>
#include <string>

#include "hack/localcloud/frame/server.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud {

// One ordered disturbance: which requests, how often, and what happens to them.
struct Fault {
  std::uint64_t id = 0;
  std::string service{};       // empty: any but the controls
  std::string method{};        // empty: any
  std::string path{"*"};       // glob over the path as sent, "*" is any text
  std::int64_t remaining = 1;  // requests still to disturb; kForever: until deleted
  std::int64_t skip = 0;       // matching requests to let through first

  int status = 0;  // answered without applying the request; 0: not this effect
  std::optional<Json> body{};
  std::string retry_after{};
  std::int64_t delay_ms = 0;
  bool reset = false;        // RST without an answer, request not applied (unless drop_answer)
  bool cut_body = false;     // full Content-Length, half of the body, closed
  bool wrong_json = false;   // applied, then 200 with JSON that breaks off
  bool drop_answer = false;  // applied, then closed without an answer
  bool stale_token = false;  // 401 as for an expired token, not applied

  static constexpr std::int64_t kForever = -1;

  // "status", "delay_ms+drop_answer", ...
  std::string name() const;
  // Whether the request reaches its service at all.
  bool applies_request() const;
  // Turns a good answer (or, when nothing was applied, an empty one) into what the caller gets.
  void spoil(const std::string& service_name, Ids& ids, Answer& answer) const;
};

// All faults that are still to happen, in the order they were asked for.
class Faults {
 public:
  // Body of POST /_local/faults; throws HttpError on a bad one. Answers the fault as listed.
  Json add(const Json& order);
  Json list() const;
  void clear() { faults_.clear(); }

  // The first fault that wants this request; counts it down. Never one for "local".
  std::optional<Fault> hit(const std::string& service, const std::string& method,
                           const std::string& raw_path);

 private:
  std::list<Fault> faults_{};
  std::uint64_t next_id_ = 1;
};

// "*" matches any text, everything else itself.
bool glob_matches(const std::string& pattern, const std::string& text);

}  // namespace localcloud
