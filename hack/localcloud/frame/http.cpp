#include "hack/localcloud/frame/http.h"

#include "hack/localcloud/frame/url.h"

namespace localcloud {
namespace {

// Deeper bodies than any API has; bounds the recursion of everything that walks one.
constexpr int kMaximumDepth = 64;

std::vector<std::string> split_pattern(const std::string& pattern) {
  return split_path(pattern).value_or(std::vector<std::string>{});
}

bool is_parameter(const std::string& segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

std::optional<Params> match(const std::vector<std::string>& pattern,
                            const std::vector<std::string>& path) {
  if (pattern.size() != path.size()) return std::nullopt;
  Params params;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (is_parameter(pattern[i])) {
      if (path[i].empty()) return std::nullopt;
      params[pattern[i].substr(1, pattern[i].size() - 2)] = path[i];
    } else if (pattern[i] != path[i]) {
      return std::nullopt;
    }
  }
  return params;
}

// Of two patterns that match one path, the one with the first literal where they differ.
bool more_literal(const std::vector<std::string>& left, const std::vector<std::string>& right) {
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (is_parameter(left[i]) != is_parameter(right[i])) return !is_parameter(left[i]);
  }
  return false;
}

Response method_not_allowed(const Request& request, const std::string& allowed) {
  Response response = ibm_error(405, "method_not_allowed", "The method is not allowed here.",
                                request.header("x-correlation-id"));
  response.headers.emplace_back("Allow", allowed);
  return response;
}

}  // namespace

std::string find(const Headers& headers, const std::string& name) {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  return {};
}

bool Request::aim(const std::string& target) {
  const auto question = target.find('?');
  const std::string new_path = target.substr(0, question);
  const std::string new_query =
      question == std::string::npos ? std::string() : target.substr(question + 1);
  auto segments = split_path(new_path);
  auto pairs = parse_form(new_query);
  if (!segments || !pairs) return false;
  raw_path = new_path;
  raw_query = new_query;
  path = std::move(*segments);
  query = std::move(*pairs);
  return true;
}

std::optional<std::string> Request::query_value(const std::string& name) const {
  const auto found = query.find(name);
  if (found == query.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Request::query_list(const std::string& name) const {
  std::vector<std::string> values;
  const auto [begin, end] = query.equal_range(name);
  for (auto pair = begin; pair != end; ++pair) {
    std::string::size_type start = 0;
    while (start <= pair->second.size()) {
      const auto comma = std::min(pair->second.find(',', start), pair->second.size());
      if (comma > start) values.push_back(pair->second.substr(start, comma - start));
      start = comma + 1;
    }
  }
  return values;
}

Response Response::json(int status, const Json& body) {
  // Foreign bytes must not turn an answer into an exception, so they are replaced.
  return {status,
          {},
          body.dump(-1, ' ', false, Json::error_handler_t::replace),
          "application/json; charset=utf-8"};
}

Response Response::empty(int status) {
  return {status, {}, {}, {}};
}

void Router::on(const std::string& method, const std::string& pattern, Handler handler) {
  entries_.push_back({method, split_pattern(pattern), std::move(handler)});
}

std::optional<Response> Router::route(const Request& request) const {
  const Entry* best = nullptr;
  Params best_params;
  std::string allowed;
  for (const Entry& entry : entries_) {
    auto params = match(entry.pattern, request.path);
    if (!params) continue;
    if (entry.method != request.method) {
      allowed += (allowed.empty() ? "" : ", ") + entry.method;
    } else if (best == nullptr || more_literal(entry.pattern, best->pattern)) {
      best = &entry;
      best_params = std::move(*params);
    }
  }
  if (best != nullptr) return best->handler(request, best_params);
  if (!allowed.empty()) return method_not_allowed(request, allowed);
  return std::nullopt;
}

Response ibm_error(int status, const std::string& code, const std::string& message,
                   const std::string& trace) {
  return Response::json(
      status,
      {{"errors",
        Json::array(
            {{{"code", code}, {"message", message}, {"more_info", "https://cloud.ibm.com/docs"}}})},
       {"trace", trace},
       {"status_code", status}});
}

Response unauthorized(const std::string& trace) {
  return ibm_error(401, "unauthorized", "The token is missing, expired or not valid.", trace);
}

Json parse_json_object(const Request& request) {
  const auto refuse = [&request](const std::string& message) {
    return HttpError{ibm_error(400, "bad_request", message, request.header("x-correlation-id"))};
  };
  bool too_deep = false;
  const auto watch = [&too_deep](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kMaximumDepth;
    return !too_deep;
  };
  const Json body = Json::parse(request.body, watch, false);
  if (too_deep) throw refuse("The body is nested too deeply.");
  if (!body.is_object()) throw refuse("The body is not a JSON object.");
  return body;
}

}  // namespace localcloud
