#include "hack/localcloud/cloud.h"

#include "hack/localcloud/frame/control.h"
#include "hack/localcloud/frame/gateway.h"
#include "hack/localcloud/frame/server.h"

namespace localcloud {
namespace {

World make_world(Server& server) {
  World world;
  world.scheduler = &server;
  world.address = server.url();
  return world;
}

}  // namespace

// In the order of construction: the server is stopped first and destroyed last, so no task of its
// thread ever meets a service that is gone.
struct Cloud::Impl {
  explicit Impl(const CloudOptions& options);
  ~Impl() { server.stop(); }

  Server server;
  World world;
  Journal journal{};
  Faults faults{};
  Control control;
  Gateway gateway;
};

Cloud::Impl::Impl(const CloudOptions& options)
    : server(options.address, options.port),
      world(make_world(server)),
      control(world, journal, faults),
      gateway(world, journal, faults) {
  gateway.mount("local", "/_local", control);
  server.start([this](Request request, std::uint16_t source) {
    return gateway.handle(std::move(request), source);
  });
}

Cloud::Cloud(const CloudOptions& options) : impl_(std::make_unique<Impl>(options)) {}

Cloud::~Cloud() = default;

std::uint16_t Cloud::port() const {
  return impl_->server.port();
}

std::string Cloud::url() const {
  return impl_->server.url();
}

std::map<std::string, std::string> Cloud::environment() const {
  return {{"LOCALCLOUD_URL", url()}};
}

}  // namespace localcloud
