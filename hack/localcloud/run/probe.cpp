#include "hack/localcloud/run/probe.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace localcloud::run {
namespace {

constexpr std::chrono::milliseconds kQuickly{50};
constexpr int kFirstGood = 200;
constexpr int kFirstBad = 400;

}  // namespace

ProbeSpec probe_spec(const Json& probe, int image_port, std::uint16_t own_port) {
  ProbeSpec spec;
  spec.http = probe.value("type", "tcp") == "http";
  spec.path = probe.value("path", "/");
  if (!spec.path.starts_with('/')) spec.path.insert(0, "/");
  const int port = probe.value("port", image_port);
  spec.port = port == image_port ? own_port : static_cast<std::uint16_t>(port);
  spec.interval = std::chrono::seconds(probe.value("interval", 10));
  spec.timeout = std::chrono::seconds(probe.value("timeout", 1));
  spec.failure_threshold = probe.value("failure_threshold", 1);
  spec.initial_delay = std::chrono::seconds(probe.value("initial_delay", 0));
  return spec;
}

Probe::Probe(Machine machine, ProbeSpec spec, bool well, OnChange on_change)
    : machine_(machine), spec_(std::move(spec)), on_change_(std::move(on_change)), well_(well) {
  later(spec_.initial_delay + pause());
}

std::chrono::milliseconds Probe::pause() const {
  return well_ ? spec_.interval : kQuickly;
}

void Probe::doubt() {
  well_ = false;
  later(pause());
}

void Probe::later(std::chrono::milliseconds wait) {
  machine_.world.scheduler->after(wait, [this, here = std::weak_ptr(here_), round = ++round_] {
    if (!here.expired() && round == round_) ask();
  });
}

void Probe::ask() {
  spec_.http ? ask_http() : ask_tcp();
}

std::function<void(bool)> Probe::verdict() {
  return [this, here = std::weak_ptr(here_), round = round_](bool success) {
    if (!here.expired() && round == round_) take(success);
  };
}

void Probe::ask_http() {
  machine_.world.outbound->send(
      {.method = "GET",
       .url = "http://127.0.0.1:" + std::to_string(spec_.port) + spec_.path,
       .headers = {{"User-Agent", "kube-probe/1.30"}},
       .timeout = spec_.timeout},
      [verdict = verdict()](const OutboundResult& result) {
        verdict(result.status >= kFirstGood && result.status < kFirstBad);
      });
}

void Probe::ask_tcp() {
  using boost::asio::ip::tcp;
  const auto stream = std::make_shared<boost::beast::tcp_stream>(machine_.io);
  stream->expires_after(spec_.timeout);
  stream->async_connect(
      tcp::endpoint(boost::asio::ip::address_v4::loopback(), spec_.port),
      [stream, verdict = verdict()](boost::system::error_code error) { verdict(!error); });
}

void Probe::take(bool success) {
  failures_ = success ? 0 : failures_ + 1;
  const bool before = well_;
  if (success || failures_ >= spec_.failure_threshold) well_ = success;
  later(pause());
  if (well_ == before) return;
  const OnChange tell = on_change_;  // which may destroy this
  tell(well_);
}

}  // namespace localcloud::run
