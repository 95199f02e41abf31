#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "controller/ports/clock.h"
#include "controller/ports/http_transport.h"

namespace certloop::net {

struct TransportOptions {
  std::string ca_file{};                  // PEM, trusted besides nothing else; empty: the system's
  std::size_t max_body_bytes = 4u << 20;  // of an answer; a list page of 1000 secrets fits
  Duration phase_timeout{10'000};         // connect, headers, each read
  std::string user_agent = "certloop";
};

// HTTP by cpprestsdk, with every guardrail its use needs (hack/adr tells which and why): a total
// deadline that also covers DNS, a body cap, no redirects, no compression, TLS 1.2 or newer with
// the strict host check (the common name never counts), a connection that gave a 1xx or an
// unparsable answer is thrown away, a stale pooled connection is replaced once for calls that may
// be repeated (GET, PUT), nothing static. Plain http is refused except to loopback addresses. Owns
// its connections; destroy it before leaving main: calls that are under way then end at once with
// unavailable (a DNS lookup goes on unheard; leave the process by _exit).
std::unique_ptr<HttpTransport> make_cpprest_transport(const Clock& clock, TransportOptions options);

// Gives cpprestsdk's pool its size (2 to 4). Call once, first thing in main, after signals are
// blocked and before any use of the transport; later calls do nothing.
void initialize_client_threads(std::size_t threads);

// How often a failed task was dropped unobserved inside cpprestsdk. Above zero is a fault of ours.
std::size_t unobserved_task_errors();

}  // namespace certloop::net
