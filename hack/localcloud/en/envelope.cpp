#include "hack/localcloud/en/envelope.h"

#include <algorithm>
#include <cctype>

#include "hack/localcloud/frame/url.h"

namespace localcloud::en {
namespace {

constexpr std::size_t kLongestHeaderName = 128;
constexpr std::size_t kLongestHeaderValue = 8U << 10;

std::string uppercase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool can_be_header_name(const std::string& name) {
  return !name.empty() && name.size() <= kLongestHeaderName &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; });
}

// CloudEvents, HTTP protocol binding 3.1.3.2: what is not plain ASCII is percent-encoded.
std::string header_value(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : dump(value);
  std::string encoded;
  for (const char c : text) {
    const bool plain = c > 0x20 && c < 0x7f && c != '"' && c != '%';
    encoded += plain ? std::string(1, c) : percent_encode(std::string_view(&c, 1));
  }
  return encoded;
}

// Receivers refuse longer headers, so an attribute that does not fit is left out.
void make_binary(OutboundRequest& request, const Json& event) {
  for (const auto& [name, value] : event.items()) {
    if (name == "data" || name == "datacontenttype" || value.is_structured()) continue;
    if (!can_be_header_name(name)) continue;
    std::string encoded = header_value(value);
    if (encoded.size() > kLongestHeaderValue) continue;
    request.headers.emplace_back("ce-" + name, std::move(encoded));
  }
}

}  // namespace

void declare_envelope_switches(Switches& switches) {
  switches.declare("delivery_body", "structured",
                   "what a destination gets: structured (the whole event), binary (ce-* headers, "
                   "the body is data) or bare (data alone)",
                   one_of({"structured", "binary", "bare"}));
  switches.declare("delivery_content_type", "application/json",
                   "content type of structured deliveries, or application/cloudevents+json",
                   one_of({"application/json", "application/cloudevents+json"}));
  switches.declare("delivery_get_with_body", false, "whether deliveries by GET carry the event");
  switches.declare("delivery_user_agent", "", "User-Agent of deliveries; empty: none");
  switches.declare("delivery_timeout_ms", 10'000, "time for one attempt");
}

OutboundRequest delivery_request(const Destination& destination, const Json& event,
                                 const Switches& switches) {
  OutboundRequest request{.method = uppercase(destination.params.value("verb", "post")),
                          .url = destination.params.value("url", "")};
  const auto style = switches.value("delivery_body").get<std::string>();
  const bool structured = style != "binary" && style != "bare";
  if (style == "binary") make_binary(request, event);
  if (request.method != "GET" || switches.on("delivery_get_with_body")) {
    const std::string type = structured ? switches.value("delivery_content_type").get<std::string>()
                                        : "application/json";
    request.headers.emplace_back("Content-Type", type);
    request.body = dump(structured ? event : event.value("data", Json::object()));
  }
  const auto agent = switches.value("delivery_user_agent").get<std::string>();
  if (!agent.empty()) request.headers.emplace_back("User-Agent", agent);
  const Json custom = destination.params.value("custom_headers", Json::object());
  for (const auto& [name, value] : custom.items()) {
    request.headers.emplace_back(name, value.get<std::string>());
  }
  const auto timeout = switches.value("delivery_timeout_ms").get<std::int64_t>();
  request.timeout = std::chrono::milliseconds(std::clamp<std::int64_t>(timeout, 1, 600'000));
  return request;
}

}  // namespace localcloud::en
