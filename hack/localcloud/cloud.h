#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>

// The local cloud as a library: one object is one cloud with one port and one thread. Tests make
// one for each case; main.cpp makes one for a person.
namespace localcloud {

struct CloudOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: a free one
  bool tls = false;        // https, with a certificate of the cloud's own CA
  bool any_host = false;   // answers to any name in "Host", not to addresses and localhost alone
  // Image reference -> command line: apps and jobs of these images run, as processes.
  std::map<std::string, std::string> images{};
  // Name to value in JSON; what is no JSON is a string. As if POSTed to /_local/switches before
  // anybody called.
  std::map<std::string, std::string> switches{};
  std::string seed{};  // a file of calls that are made before anybody else's; empty: none
};

class Cloud {
 public:
  // Listens when it returns. Throws std::runtime_error when the address is taken, when there is no
  // such switch or it does not take the value, and when a call of the seed fails.
  explicit Cloud(const CloudOptions& options = {});
  ~Cloud();  // stops serving, joins its thread
  Cloud(const Cloud&) = delete;
  Cloud& operator=(const Cloud&) = delete;

  std::uint16_t port() const;
  std::string url() const;  // "http://127.0.0.1:PORT", or https
  // PEM, what callers of https are to trust; empty without TLS.
  std::string ca_certificate() const;
  // NAME -> value as written to --env-file: the SDKs' variables, certloop's, LOCALCLOUD_URL, and
  // what the seed tells.
  std::map<std::string, std::string> environment() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace localcloud
