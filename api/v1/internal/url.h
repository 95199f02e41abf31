#pragma once
#include <string>
#include <string_view>

#include "api/v1/internal/values.h"

namespace certloop::v1::internal {

// A base URL in its one normal form: scheme and host in lower case, no default port, no trailing
// slash. https anywhere, http to this machine alone (127.0.0.0/8, localhost), since tokens go
// there. No address of IPv6 (the HTTP client has none), no user name, query, fragment, or path
// segment that is empty, "." or "..".
Checked<std::string> check_url(const std::string& text);

// The first label of the host or segment of the path that has the form of a UUID, or empty. So a
// Secrets Manager instance is found in its own address as in a proxy's.
std::string find_uuid(std::string_view url);

}  // namespace certloop::v1::internal
