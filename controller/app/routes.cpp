#include "controller/app/routes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/app/version.h"
#include "controller/ibm/notification.h"

namespace certloop::app {
namespace {

using net::ServerRequest;
using net::ServerResponse;
using nlohmann::ordered_json;

constexpr std::chrono::seconds kRetryAfter{5};
// Full looks that others ask for are made at most this often: a request that comes sooner is not
// dropped but moved.
constexpr std::chrono::seconds kFullLookPause{10};

ServerResponse json(int status, const ordered_json& body) {
  ServerResponse response;
  response.status = status;
  response.body = body.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  return response;
}

ServerResponse later(const std::string& why) {
  ServerResponse response = json(503, {{"error", why}});
  response.headers.emplace_back("Retry-After", std::to_string(kRetryAfter.count()));
  return response;
}

ServerResponse unauthorized() {
  ServerResponse response = json(401, {{"error", "unauthorized"}});
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

// "Bearer <token>" -> token; the view lives as long as the request.
std::string_view bearer_token(const ServerRequest& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = request.header("authorization");
  return value.substr(0, kScheme.size()) == kScheme ? value.substr(kScheme.size())
                                                    : std::string_view();
}

// A caller on this machine, and not somebody behind a proxy on this machine (Code Engine's own
// sidecar connects from loopback) or a web page that was told that we are its host.
bool from_this_machine(const ServerRequest& request) {
  for (const char* name : {"forwarded", "x-forwarded-for", "x-forwarded-host", "k-proxy-request"}) {
    if (!request.header(name).empty()) return false;
  }
  const std::string& host = request.header("host");
  const std::string name = host.substr(0, host.rfind(':'));
  return request.peer_is_loopback &&
         (name == "127.0.0.1" || name == "localhost" || name == "[::1]" || host == "[::1]");
}

ordered_json summary(const WakeResult::Run& run) {
  ordered_json targets = ordered_json::array();
  for (std::size_t i = 0; i < run.outcome->targets.size(); ++i) {
    const TargetOutcome& outcome = run.outcome->targets[i];
    ordered_json target{{"target", v1::display_name(run.binding->targets[i])}};
    if (outcome.plan) {
      target["action"] = to_string(outcome.plan->action());
      target["reason"] = to_string(outcome.plan->reason);
    }
    if (outcome.error) target["error"] = to_string(outcome.error->code);
    targets.push_back(target);
  }
  return {{"mapping", run.binding->id}, {"targets", targets}};
}

bool failed_for_now(const WakeResult::Run& run) {
  return std::all_of(
      run.outcome->targets.begin(), run.outcome->targets.end(), [](const TargetOutcome& outcome) {
        return outcome.error && std::holds_alternative<Backoff>(next_after(*outcome.error));
      });
}

ServerResponse response_of(const WakeResult& result) {
  if (result.abandoned) return later("shutting down");
  if (!result.runs.empty() && std::all_of(result.runs.begin(), result.runs.end(), failed_for_now)) {
    return later("nothing could be reconciled now");
  }
  ordered_json runs = ordered_json::array();
  for (const auto& run : result.runs) runs.push_back(summary(run));
  return json(200, {{"result", "done"}, {"mappings", runs}});
}

ServerResponse accepted(std::size_t mappings) {
  return json(200, {{"result", "accepted"}, {"mappings", mappings}});
}

ServerResponse ignored(const char* why) {
  return json(200, {{"result", "ignored"}, {"reason", why}});
}

}  // namespace

Routes::Routes(Runner& runner, const FileState& file, Telemetry& telemetry, const Clock& clock,
               std::function<bool()> credentials_good, RouteOptions options)
    : runner_(runner),
      file_(file),
      telemetry_(telemetry),
      clock_(clock),
      credentials_good_(std::move(credentials_good)),
      options_(std::move(options)) {}

void Routes::install(net::HttpServer& server) {
  const auto take = [this](const Request& request, const Answer& answer) {
    notifications(request, answer);
  };
  const auto only_senders = [this](const Request& request) -> std::optional<Response> {
    if (may_notify(request)) return {};
    return unauthorized();
  };
  // A signature stands in the body, which has to be read of strangers then.
  const auto may_sign = [this, only_senders](const Request& request) -> std::optional<Response> {
    if (options_.signed_senders != nullptr) return {};
    return only_senders(request);
  };
  server.route("POST", "/", take, may_sign);
  server.route("POST", "/v1/notifications", take, may_sign);
  server.route(
      "POST", "/v1/resync",
      [this](const Request&, const Answer& answer) { answer->answer(resync()); }, only_senders);
  server.route("GET", "/healthz", [](const Request&, const Answer& answer) {
    answer->answer(json(200, {{"status", "ok"}}));
  });
  server.route("GET", "/readyz",
               [this](const Request&, const Answer& answer) { answer->answer(readyz()); });
  server.route("GET", "/v1/status", [this](const Request& request, const Answer& answer) {
    answer->answer(status(request));
  });
}

bool Routes::may_notify(const Request& request) const {
  if (options_.shared_secrets.empty()) return options_.signed_senders == nullptr;
  const std::string_view token = bearer_token(request);
  bool known = false;
  // Every secret is compared, so that the time does not tell which one it was.
  for (const SecretBytes& secret : options_.shared_secrets) {
    known = equal_in_constant_time(secret.reveal(), token) || known;
  }
  return known;
}

bool Routes::may_look(const Request& request) const {
  if (options_.view_token.empty()) return from_this_machine(request);
  return equal_in_constant_time(options_.view_token.reveal(), bearer_token(request));
}

void Routes::notifications(const Request& request, const Answer& answer) {
  // Signed is signed, though the sender knows the shared secret: during a change it may send both.
  SignedSenders* const signers = options_.signed_senders;
  if (signers != nullptr && (ibm::looks_signed(request.body) || !may_notify(request))) {
    return take_signed(*signers, request, answer);
  }
  const auto notification = ibm::parse_notification(request.headers, request.body);
  if (!notification) return answer->answer(json(400, {{"error", notification.error().message}}));
  take(*notification, answer);
}

void Routes::take_signed(SignedSenders& signers, const Request& request, const Answer& answer) {
  const auto notification = signers.open(request.body);
  if (notification) return take(*notification, answer);
  switch (notification.error()) {
    case SignedSenders::Refusal::unauthorized:
      return answer->answer(unauthorized());
    case SignedSenders::Refusal::later:
      return answer->answer(later("the key of the signature is being fetched"));
  }
}

void Routes::take(const Notification& notification, const Answer& answer) {
  if (!takes_work()) return answer->answer(later("the mapping is not loaded"));
  switch (notification.kind) {
    case Notification::Kind::secrets:
      return look_at(notification, answer);
    case Notification::Kind::unrecognized:
      return answer->answer(look_at_everything());
    case Notification::Kind::irrelevant:
      break;
  }
  telemetry_.on(NotificationReceived{notification.id, notification.event_type,
                                     notification.secrets.size(), 0});
  answer->answer(ignored("nothing to look at for this kind of event"));
}

void Routes::look_at(const Notification& notification, const Answer& answer) {
  const auto woken =
      runner_.wake(notification.secrets, Trigger::notified,
                   [answer](const WakeResult& result) { answer->answer(response_of(result)); });
  telemetry_.on(NotificationReceived{notification.id, notification.event_type,
                                     notification.secrets.size(), woken.bindings});
  if (woken.bindings == 0) return answer->answer(ignored("no mapping uses this secret"));
  if (!woken.waiting) return answer->answer(accepted(woken.bindings));
  answer->answer_after(options_.notification_wait, accepted(woken.bindings));
}

ServerResponse Routes::look_at_everything() {
  const SteadyTime now = clock_.steady_now();
  const SteadyTime at = full_look_at_ ? std::max(now, *full_look_at_ + kFullLookPause) : now;
  if (at <= now + kFullLookPause) full_look_at_ = at;  // else one is already on its way
  return accepted(runner_.wake_all(Trigger::resync, at));
}

ServerResponse Routes::resync() {
  if (!takes_work()) return later("the mapping is not loaded");
  return look_at_everything();
}

ServerResponse Routes::readyz() const {
  const bool ready = takes_work() && credentials_good_();
  return json(ready ? 200 : 503, {{"status", ready ? "ready" : "not ready"}});
}

ServerResponse Routes::status(const Request& request) const {
  if (!may_look(request)) return unauthorized();
  ServerResponse response;
  v1::Status whole{kVersion, file_.get(), runner_.statuses()};
  if (options_.signed_senders != nullptr) {
    whole.signed_notifications = options_.signed_senders->status();
  }
  response.body = v1::to_json(whole) + "\n";
  return response;
}

}  // namespace certloop::app
