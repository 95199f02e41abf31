#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "hack/localcloud/run/machine.h"

namespace localcloud::run {

struct ProbeSpec {
  bool http = false;  // else a TCP connection is all it takes
  std::string path = "/";
  std::uint16_t port = 0;
  std::chrono::seconds interval{10};
  std::chrono::seconds timeout{1};
  int failure_threshold = 1;
  std::chrono::seconds initial_delay{0};
};

// Of the API's probe object. A probe of the image's port means the one that the instance has here.
ProbeSpec probe_spec(const Json& probe, int image_port, std::uint16_t own_port);

// Asks one port again and again whether it is well.
class Probe {
 public:
  // One success is well, `failure_threshold` failures in a row are not. May destroy the probe.
  using OnChange = std::function<void(bool well)>;

  // What is well is asked at its interval. What is not is asked quickly until it is, as Knative
  // does at the start.
  Probe(Machine machine, ProbeSpec spec, bool well, OnChange on_change);
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  bool well() const { return well_; }
  // Not well, it seems. Does not call `on_change`.
  void doubt();

 private:
  std::chrono::milliseconds pause() const;
  void later(std::chrono::milliseconds wait);
  void ask();
  void ask_http();
  void ask_tcp();
  // A function of this round that does nothing once the probe is gone or asks anew.
  std::function<void(bool)> verdict();
  void take(bool success);

  Machine machine_;
  ProbeSpec spec_;
  OnChange on_change_;
  bool well_;
  int failures_ = 0;
  std::uint64_t round_ = 0;
  std::shared_ptr<bool> here_ = std::make_shared<bool>(true);
};

}  // namespace localcloud::run
