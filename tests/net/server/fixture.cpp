#include "tests/net/server/fixture.h"

#include <stdexcept>

namespace certloop::net {

void TestServer::add_routes() {
  server->route("GET", "/ok", [this](const ServerRequest&, const auto& responder) {
    ++handled;
    responder->answer({.body = "{}"});
  });
  server->route("POST", "/echo", [this](ServerRequest request, const auto& responder) {
    ++handled;
    responder->answer({.content_type = "text/plain", .body = std::move(request.body)});
  });
  server->route("POST", "/describe", [](const ServerRequest& request, const auto& responder) {
    std::string seen = request.method + '\n' + request.path + '\n' + request.query + '\n';
    seen += request.peer_is_loopback ? "loopback\n" : "remote\n";
    for (const auto& [name, value] : request.headers) seen += name + '=' + value + '\n';
    responder->answer({.content_type = "text/plain", .body = seen});
  });
  server->route("GET", "/hold",
                [this](const ServerRequest&, const auto& responder) { inbox->put(responder); });
  server->route("GET", "/drop", [](const ServerRequest&, const auto&) {});
  server->route("GET", "/throw", [](const ServerRequest&, const auto&) {
    throw std::runtime_error("the handler's own secret");
  });
}

}  // namespace certloop::net
