#include "controller/ibm/iam_tokens.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/ibm/api_error.h"
#include "controller/ibm/json.h"

namespace certloop::ibm {
namespace {

using namespace std::chrono_literals;

constexpr auto kUnusableBeforeExpiry = 10s;
constexpr auto kRenewalPause = 60s;  // between attempts while the old token still serves
constexpr auto kRefusalPause = 30s;
// Shorter than the shortest back-off: else the first retry would only meet the memory.
constexpr auto kFailurePause = 500ms;
constexpr auto kRenewalPatience = 10s;  // for an answer, while the old token still serves
constexpr auto kInUse = 1h;             // a credential not asked for longer than this is gone

std::string base_of(std::string url) {
  constexpr std::string_view kPath = "/identity/token";
  while (!url.empty() && url.back() == '/') url.pop_back();
  if (url.size() >= kPath.size() &&
      url.compare(url.size() - kPath.size(), kPath.size(), kPath) == 0) {
    url.resize(url.size() - kPath.size());
  }
  return url;
}

Result<std::pair<SecretBytes, Duration>> token_of(const HttpResponse& response) {
  auto body = parse_object(response.body.reveal());
  if (!body) return fail(ErrorCode::corrupt, "IAM answered something that is no JSON object");
  SecretBytes token = take_secret(*body, "access_token");
  const auto life = body->find("expires_in");
  if (token.empty() || life == body->end() || !life->is_number_integer()) {
    return fail(ErrorCode::corrupt, "IAM answered without access_token or expires_in");
  }
  const auto seconds = std::clamp<std::int64_t>(life->get<std::int64_t>(), 0, 86'400);
  return std::pair(std::move(token), Duration(std::chrono::seconds(seconds)));
}

bool is_profile_id(const std::string& profile) {
  return profile.rfind("Profile-", 0) == 0;
}

}  // namespace

// All members are guarded by the one mutex; `fetching` marks the flight that is under way.
struct IamTokens::Slot {
  SecretBytes token{};
  SteadyTime renew_at{};
  SteadyTime unusable_at{};
  bool fetching = false;
  std::optional<Error> failure{};
  SteadyTime failure_until{};
  SteadyTime asked_at{};

  bool usable(SteadyTime now) const { return !token.empty() && now < unusable_at; }

  // That a token ran out because nobody asked is no fault.
  bool good(SteadyTime now) const { return usable(now) || (!token.empty() && !failure); }

  // `asked`: when the exchange began; the life is counted from then, to be on the safe side.
  void keep(SecretBytes fresh, Duration life, SteadyTime asked) {
    token = std::move(fresh);
    renew_at = asked + life * 4 / 5;
    unusable_at = asked + std::max<Duration>(life - kUnusableBeforeExpiry, Duration::zero());
    failure.reset();
  }

  // The failure again, for one who asks while it is remembered.
  Error remembered(SteadyTime now) const {
    Error error = *failure;
    if (error.retry_after) error.retry_after = std::chrono::ceil<Duration>(failure_until - now);
    return error;
  }

  void remember(const Error& error, SteadyTime now) {
    renew_at = now + kRenewalPause;
    failure = error;
    const bool refused = error.code == ErrorCode::denied || error.code == ErrorCode::invalid;
    failure_until = now + std::max(Duration(refused ? kRefusalPause : kFailurePause),
                                   error.retry_after.value_or(0ms));
  }
};

IamTokens::IamTokens(HttpTransport& transport, const Clock& clock, ReadFile read_file,
                     IamOptions options)
    : transport_(transport), clock_(clock), read_file_(std::move(read_file)), options_([&] {
        options.url = base_of(std::move(options.url));
        return std::move(options);
      }()) {}

IamTokens::~IamTokens() = default;

IamTokens::Slot& IamTokens::slot_of(const v1::Credentials& credentials) {
  auto& slot = slots_[credentials];
  if (!slot) slot = std::make_unique<Slot>();
  return *slot;
}

Result<SecretBytes> IamTokens::token(const v1::Credentials& credentials, SteadyTime deadline) {
  std::unique_lock lock(mutex_);
  Slot& slot = slot_of(credentials);
  SteadyTime asked = clock_.steady_now();
  for (;; asked = clock_.steady_now()) {
    slot.asked_at = asked;
    if (slot.usable(asked) && (asked < slot.renew_at || slot.fetching)) return slot.token.clone();
    if (!slot.usable(asked) && slot.failure && asked < slot.failure_until) {
      return tl::make_unexpected(slot.remembered(asked));
    }
    if (!slot.fetching) break;
    if (fetched_.wait_until(lock, deadline) == std::cv_status::timeout) {
      return fail(ErrorCode::unavailable, "no IAM token in time");
    }
  }
  slot.fetching = true;
  const bool renewal = slot.usable(asked);
  lock.unlock();
  auto fresh =
      fetch(credentials, renewal ? std::min(deadline, asked + kRenewalPatience) : deadline);
  lock.lock();
  slot.fetching = false;
  fetched_.notify_all();
  if (fresh) {
    slot.keep(std::move(fresh->first), fresh->second, asked);
    return slot.token.clone();
  }
  const SteadyTime now = clock_.steady_now();
  slot.remember(fresh.error(), now);
  if (slot.usable(now)) return slot.token.clone();
  return tl::make_unexpected(std::move(fresh.error()));
}

void IamTokens::reject(const v1::Credentials& credentials, const SecretBytes& token) {
  const std::lock_guard lock(mutex_);
  Slot& slot = slot_of(credentials);
  if (equal_in_constant_time(slot.token.reveal(), token.reveal())) slot.token = SecretBytes();
}

bool IamTokens::credentials_good() const {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady_now();
  bool any = false;
  for (const auto& [credentials, slot] : slots_) {
    if (slot->good(now)) {
      any = true;
    } else if (now - slot->asked_at < kInUse) {
      return false;
    }
  }
  return any;
}

// Whatever throws, the flight ends: nobody else could ever start one.
Result<std::pair<SecretBytes, Duration>> IamTokens::fetch(const v1::Credentials& credentials,
                                                          SteadyTime deadline) try {
  return exchange(credentials, deadline);
} catch (...) {
  return fail(ErrorCode::internal, "unexpected exception while getting an IAM token");
}

Result<std::pair<SecretBytes, Duration>> IamTokens::exchange(const v1::Credentials& credentials,
                                                             SteadyTime deadline) {
  auto form = form_of(credentials);
  if (!form) return tl::make_unexpected(std::move(form.error()));
  HttpRequest request;
  request.method = Method::post;
  request.endpoint.url = options_.url;
  request.path = "/identity/token";
  request.headers.emplace_back("Accept", "application/json");
  request.content_type = "application/x-www-form-urlencoded";
  request.body = std::move(*form);
  request.deadline = deadline;
  const auto response = transport_.send(std::move(request));
  if (!response) return tl::make_unexpected(response.error());
  if (succeeded(*response)) return token_of(*response);
  Error error = error_of("getting an IAM token", *response);
  // The token service tells wrong credentials by 400, 401, 403 or 404: none of them gets better by
  // asking again soon.
  const bool refused = error.code == ErrorCode::invalid || error.code == ErrorCode::not_found;
  if (refused) error.code = ErrorCode::denied;
  return tl::make_unexpected(std::move(error));
}

Result<SecretBytes> IamTokens::form_of(const v1::Credentials& credentials) {
  const bool own = credentials == v1::Credentials{};
  const v1::Credentials& used = own ? options_.own : credentials;
  if (!used.trusted_profile.empty()) return profile_form(used.trusted_profile);
  SecretBytes key;
  if (!used.api_key_file.empty()) {
    auto text = read_file_(used.api_key_file);
    if (!text || text->empty()) {
      return fail(ErrorCode::invalid, "the API key file " + used.api_key_file + " cannot be read");
    }
    key = std::move(*text);
  } else if (own && !options_.api_key.empty()) {
    key = options_.api_key.clone();
  } else {
    return fail(ErrorCode::invalid,
                "no credentials are configured: give an API key or a trusted profile");
  }
  return SecretBytes(
      "grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey"
      "&response_type=cloud_iam&apikey=" +
      encode_segment(key.reveal()));
}

Result<SecretBytes> IamTokens::profile_form(const std::string& profile) {
  for (const std::string& path : options_.compute_token_files) {
    const auto token = read_file_(path);
    if (!token || token->empty()) continue;
    return SecretBytes("grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Acr-token&cr_token=" +
                       encode_segment(token->reveal()) +
                       (is_profile_id(profile) ? "&profile_id=" : "&profile_name=") +
                       encode_segment(profile));
  }
  return fail(ErrorCode::invalid,
              "no compute resource token file is there for the trusted profile " + profile);
}

}  // namespace certloop::ibm
