#pragma once
#include <string>

#include "controller/net/http_server.h"

// An answer's bytes on the wire.
namespace certloop::net {

// A bodily answer that says the status and nothing else: {"error":"Not Found"}.
ServerResponse plain_answer(int status);

// Status line and header fields, with the empty line that ends them. An answer that cannot be sent
// safely (a status outside 200 to 599, a control byte in a header) is replaced by a 500 first.
std::string answer_head(ServerResponse& answer, bool keep_alive);

}  // namespace certloop::net
