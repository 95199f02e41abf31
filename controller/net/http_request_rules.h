#pragma once
#include <string_view>

#include "controller/net/http_server.h"

// What a server must check beyond the grammar of HTTP. Pure functions; the request they read has
// its header names lowercased. A false answer means 400 and the end of the connection.
namespace certloop::net {

// Appends a header field under its lowercased name.
void add_header(ServerRequest& request, std::string_view name, std::string_view value);

// Splits a request line's target into the decoded path and the raw query. False unless it is an
// absolute path of printable ASCII whose escapes are well formed. Escapes of control bytes and of
// the slash are refused: no two spellings of a path may mean different things to two readers.
bool read_target(std::string_view target, ServerRequest& request);

// Does the head leave no doubt where its body ends and whom it is for? Everything ambiguous is how
// requests are smuggled past a proxy: several lengths, a length beside an encoding, an encoding
// other than one "chunked", no or several hosts. `version` is 10 or 11.
bool head_is_unambiguous(unsigned version, const ServerRequest& request);

// Does the peer wait for "100 Continue" before it sends the body?
bool expects_continue(unsigned version, const ServerRequest& request);

}  // namespace certloop::net
