#include "hack/localcloud/frame/control.h"

namespace localcloud {
namespace {

constexpr std::int64_t kLongestAdvance = 20LL * 366 * 24 * 3600;

}  // namespace

Control::Control(World& world, Journal& journal, Faults& faults) : world_(world) {
  on("GET", "/journal", [&journal](const Request& request, const Params&) {
    return Response::json(200, journal.list(request));
  });
  on("DELETE", "/journal", [&journal](const Request&, const Params&) {
    journal.clear();
    return Response::empty(204);
  });
  on("POST", "/faults", [&faults](const Request& request, const Params&) {
    return Response::json(201, faults.add(parse_json_object(request)));
  });
  on("GET", "/faults",
     [&faults](const Request&, const Params&) { return Response::json(200, faults.list()); });
  on("DELETE", "/faults", [&faults](const Request&, const Params&) {
    faults.clear();
    return Response::empty(204);
  });
  on("GET", "/switches", [this](const Request&, const Params&) {
    return Response::json(200, world_.switches.describe());
  });
  on("POST", "/switches",
     [this](const Request& request, const Params&) { return set_switches(request); });
  on("GET", "/clock", [this](const Request&, const Params&) {
    return Response::json(200, {{"now", rfc3339(world_.clock.now())}});
  });
  on("POST", "/clock",
     [this](const Request& request, const Params&) { return advance_clock(request); });
}

void Control::on(const std::string& method, const std::string& pattern, Router::Handler handler) {
  router_.on(method, pattern, std::move(handler));
}

Response Control::handle(const Request& request) {
  if (auto response = router_.route(request)) return std::move(*response);
  return ibm_error(404, "not_found", "There is no such control.",
                   request.header("x-correlation-id"));
}

Response Control::set_switches(const Request& request) {
  world_.switches.set_all(parse_json_object(request));
  return Response::json(200, world_.switches.describe());
}

Response Control::advance_clock(const Request& request) {
  const Json body = parse_json_object(request);
  const Json by = body.value("advance_seconds", Json());
  if (!by.is_number_integer() || by < -kLongestAdvance || by > kLongestAdvance) {
    return ibm_error(400, "bad_request", "advance_seconds is an integer of at most 20 years.",
                     request.header("x-correlation-id"));
  }
  world_.clock.shift(std::chrono::seconds(by.get<std::int64_t>()));
  if (clock_moved_) clock_moved_();
  return Response::json(200, {{"now", rfc3339(world_.clock.now())}});
}

}  // namespace localcloud
