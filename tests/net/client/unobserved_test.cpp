#include <pplx/pplxtasks.h>

#include "controller/net/cpprest_transport.h"
#include "tests/support/catch.h"

TEST_CASE("a failed task that nobody looked at is counted and does not end the process") {
  certloop::net::initialize_client_threads(4);
  const std::size_t before = certloop::net::unobserved_task_errors();
  {
    const pplx::task_completion_event<int> source;
    source.set_exception(std::runtime_error("nobody looks"));
    const pplx::task<int> dropped(source);
  }
  CHECK(certloop::net::unobserved_task_errors() == before + 1);
}

TEST_CASE("the size of the library's pool can be asked for any number of times") {
  certloop::net::initialize_client_threads(4);
  CHECK_NOTHROW(certloop::net::initialize_client_threads(2));
}
