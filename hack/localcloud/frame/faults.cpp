#include "hack/localcloud/frame/faults.h"

#include <algorithm>

namespace localcloud {
namespace {

constexpr std::size_t kMostFaults = 1000;
constexpr std::int64_t kLongestDelay = 600'000;
constexpr std::size_t kLongestRetryAfter = 64;

[[noreturn]] void refuse(const std::string& message) {
  throw HttpError{ibm_error(400, "bad_fault", message, "localcloud")};
}

bool flag(const Json& value, const std::string& name) {
  if (!value.is_boolean()) refuse(name + " is true or false.");
  return value.get<bool>();
}

std::string string_of(const Json& value, const std::string& name) {
  if (!value.is_string()) refuse(name + " is a string.");
  return value.get<std::string>();
}

std::int64_t integer(const Json& value, const std::string& name, std::int64_t low,
                     std::int64_t high) {
  if (!value.is_number_integer() || value < low || value > high) {
    refuse(name + " is an integer from " + std::to_string(low) + " to " + std::to_string(high) +
           ".");
  }
  return value.get<std::int64_t>();
}

// Sets one member of the order; false: no such member.
bool set_selection(Fault& fault, const std::string& name, const Json& value) {
  if (name == "service") {
    fault.service = string_of(value, name);
  } else if (name == "method") {
    fault.method = string_of(value, name);
  } else if (name == "path") {
    fault.path = string_of(value, name);
  } else if (name == "count") {
    fault.remaining = integer(value, name, Fault::kForever, 1'000'000'000);
  } else if (name == "skip") {
    fault.skip = integer(value, name, 0, 1'000'000'000);
  } else {
    return false;
  }
  return true;
}

bool set_effect(Fault& fault, const std::string& name, const Json& value) {
  if (name == "status") {
    fault.status = static_cast<int>(integer(value, name, 200, 599));
  } else if (name == "body") {
    fault.body = value;
  } else if (name == "retry_after") {
    fault.retry_after = value.is_number_integer() ? value.dump() : string_of(value, name);
  } else if (name == "delay_ms") {
    fault.delay_ms = integer(value, name, 1, kLongestDelay);
  } else if (name == "reset") {
    fault.reset = flag(value, name);
  } else if (name == "cut_body") {
    fault.cut_body = flag(value, name);
  } else if (name == "wrong_json") {
    fault.wrong_json = flag(value, name);
  } else if (name == "drop_answer") {
    fault.drop_answer = flag(value, name);
  } else if (name == "stale_token") {
    fault.stale_token = flag(value, name);
  } else {
    return false;
  }
  return true;
}

bool clean_header_value(const std::string& value) {
  return value.size() <= kLongestRetryAfter &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

Fault parse(const Json& order) {
  Fault fault;
  for (const auto& [name, value] : order.items()) {
    if (!set_selection(fault, name, value) && !set_effect(fault, name, value)) {
      refuse("A fault has no member " + name + ".");
    }
  }
  if (fault.remaining == 0) refuse("count is at least 1, or -1 for ever.");
  if (fault.name().empty()) refuse("A fault needs an effect.");
  if (fault.status == 0 && (fault.body || !fault.retry_after.empty())) {
    refuse("body and retry_after go with a status.");
  }
  if (!clean_header_value(fault.retry_after)) {
    refuse("retry_after has at most 64 characters of printable ASCII.");
  }
  return fault;
}

Json to_json(const Fault& fault) {
  return {{"id", fault.id},       {"service", fault.service},     {"method", fault.method},
          {"path", fault.path},   {"remaining", fault.remaining}, {"skip", fault.skip},
          {"fault", fault.name()}};
}

// A refusal in the shape of the service that gets the blame.
Response refusal_of(const std::string& service, int status, const std::string& code,
                    const std::string& message, Ids& ids) {
  if (service == "iam") {
    return Response::json(status, {{"errorCode", "BXNIM0000E"},
                                   {"errorMessage", message},
                                   {"context", {{"requestId", "localcloud"}}}});
  }
  if (service == "rc") {
    return Response::json(status, {{"error_code", "RC-" + code},
                                   {"message", message},
                                   {"status_code", status},
                                   {"transaction_id", "bss-" + ids.hex(16)},
                                   {"details", message}});
  }
  if (service == "ce") {
    return Response::json(status,
                          {{"errors", Json::array({{{"code", code}, {"message", message}}})},
                           {"trace", "codeengine-api-" + ids.hex(32)},
                           {"status_code", status}});
  }
  return ibm_error(status, code, message, "localcloud");
}

Response status_response(const Fault& fault, const std::string& service, Ids& ids) {
  if (fault.status == 204) return Response::empty(204);
  Response response =
      fault.body ? Response::json(fault.status, *fault.body)
                 : refusal_of(service, fault.status, "ordered_fault", "A fault was ordered.", ids);
  if (fault.body && fault.body->is_string()) {
    response.body = fault.body->get<std::string>();
    response.content_type = "text/plain";
  }
  if (!fault.retry_after.empty()) response.headers.emplace_back("Retry-After", fault.retry_after);
  return response;
}

}  // namespace

std::string Fault::name() const {
  std::string names;
  const auto add = [&names](bool present, const char* name) {
    if (present) names += (names.empty() ? "" : "+") + std::string(name);
  };
  add(status != 0, "status");
  add(stale_token, "stale_token");
  add(delay_ms > 0, "delay_ms");
  add(reset, "reset");
  add(cut_body, "cut_body");
  add(wrong_json, "wrong_json");
  add(drop_answer, "drop_answer");
  return names;
}

bool Fault::applies_request() const {
  if (drop_answer) return true;
  return status == 0 && !stale_token && !reset;
}

void Fault::spoil(const std::string& service_name, Ids& ids, Answer& answer) const {
  answer.delay = std::chrono::milliseconds(delay_ms);
  if (status != 0) answer.response = status_response(*this, service_name, ids);
  if (stale_token) {
    answer.response = refusal_of(service_name, 401, "unauthorized",
                                 "The token is missing, expired or not valid.", ids);
  }
  if (wrong_json) {
    const std::string whole = answer.response.body.empty() ? "{}" : answer.response.body;
    answer.response.status = 200;
    answer.response.body = whole.substr(0, (whole.size() + 1) / 2);
    answer.response.content_type = "application/json";
  }
  if (cut_body) answer.ending = Ending::kCutBody;
  if (drop_answer) answer.ending = Ending::kClose;
  if (reset) answer.ending = Ending::kReset;
}

Json Faults::add(const Json& order) {
  if (faults_.size() >= kMostFaults) refuse("There are 1000 faults waiting already.");
  Fault fault = parse(order);
  fault.id = next_id_++;
  faults_.push_back(fault);
  return to_json(fault);
}

Json Faults::list() const {
  Json all = Json::array();
  for (const Fault& fault : faults_) all.push_back(to_json(fault));
  return {{"faults", std::move(all)}};
}

std::optional<Fault> Faults::hit(const std::string& service, const std::string& method,
                                 const std::string& raw_path) {
  if (service == "local") return std::nullopt;
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (!fault->service.empty() && fault->service != service) continue;
    if (!fault->method.empty() && fault->method != method) continue;
    if (!glob_matches(fault->path, raw_path)) continue;
    if (fault->skip > 0) {
      --fault->skip;
      continue;
    }
    if (fault->remaining != Fault::kForever) --fault->remaining;
    const Fault chosen = *fault;
    if (chosen.remaining == 0) faults_.erase(fault);
    return chosen;
  }
  return std::nullopt;
}

bool glob_matches(const std::string& pattern, const std::string& text) {
  std::size_t p = 0, t = 0, star = std::string::npos, retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string::npos;
}

}  // namespace localcloud
