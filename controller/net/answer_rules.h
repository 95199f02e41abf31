#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "controller/core/time.h"

// What an answer's head may say and what we take from it. Pure: no network.
namespace certloop::net {

// Value of the header of that name (any case), nullopt if absent. Repeated headers come joined by
// commas, as cpprestsdk does it.
using HeaderLookup = std::function<std::optional<std::string>(std::string_view name)>;

// How the head says where the body ends.
struct Framing {
  bool well_formed = false;  // else nothing that follows on this connection can be trusted
  // The body's exact size; nullopt: chunked or until the connection closes.
  std::optional<std::size_t> length{};
  bool self_delimited = false;  // the connection can serve another request afterwards
};

// Stricter than cpprestsdk, which takes the last of two lengths, reads "2x" as 2, and takes a 1xx
// as the answer itself (the real one then goes to the next request of that connection).
Framing framing_of(int status, const HeaderLookup& header);

// Seconds or an HTTP date (the one form that may be sent, RFC 9110 5.6.7); what is neither is
// nullopt. From zero to one hour.
std::optional<Duration> parse_retry_after(std::string_view value, WallTime now);

// The first correlation id that IBM Cloud's services send, printable, at most 64 characters.
std::string trace_of(const HeaderLookup& header);

// Visible ASCII and blanks of `text`, cut at `limit` characters: fit for a log line.
std::string printable(std::string_view text, std::size_t limit);

}  // namespace certloop::net
