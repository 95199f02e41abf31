#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <vector>

#include "hack/localcloud/cloud.h"

// The local cloud as a program: listens, tells its addresses, serves until SIGTERM or SIGINT.
namespace {

struct Options {
  std::string listen = "127.0.0.1:0";
  std::string env_file{};
  bool listen_anywhere = false;
  bool tls = false;
  std::vector<std::string> images{};
  std::vector<std::string> switches{};
  std::string seed{};
};

// "NAME=VALUE" each; `usage` is what a fault says.
std::map<std::string, std::string> parse_pairs(const std::vector<std::string>& entries,
                                               const char* usage) {
  std::map<std::string, std::string> pairs;
  for (const std::string& entry : entries) {
    const auto equals = entry.find('=');
    if (equals == 0 || equals == std::string::npos) throw std::runtime_error(usage);
    pairs[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return pairs;
}

localcloud::CloudOptions cloud_options(const Options& options) {
  const auto colon = options.listen.rfind(':');
  if (colon == std::string::npos) throw std::runtime_error("--listen is ADDRESS:PORT");
  localcloud::CloudOptions cloud;
  cloud.address = options.listen.substr(0, colon);
  if (cloud.address == "localhost") cloud.address = "127.0.0.1";
  const std::string port = options.listen.substr(colon + 1);
  char* end = nullptr;
  const long number = std::strtol(port.c_str(), &end, 10);
  if (port.empty() || *end != '\0' || number < 0 || number > 65535) {
    throw std::runtime_error("--listen has no port from 0 to 65535");
  }
  cloud.tls = options.tls;
  cloud.any_host = options.listen_anywhere;
  cloud.switches = parse_pairs(options.switches, "--switch is NAME=VALUE");
  cloud.seed = options.seed;
  cloud.images = parse_pairs(options.images, "--image is NAME='command line'");
  cloud.port = static_cast<std::uint16_t>(number);
  if (cloud.address.size() > 2 && cloud.address.front() == '[') {
    cloud.address = cloud.address.substr(1, cloud.address.size() - 2);
  }
  const bool loopback = cloud.address.rfind("127.", 0) == 0 || cloud.address == "::1";
  if (!loopback && !options.listen_anywhere) {
    throw std::runtime_error(cloud.address + " is not a loopback address, and everyone who can " +
                             "reach the local cloud owns it: say --listen-anywhere to mean it");
  }
  if (options.listen_anywhere && !cloud.images.empty()) {
    throw std::runtime_error(
        "--image and --listen-anywhere exclude each other: whoever reaches the local cloud could "
        "run commands on this machine");
  }
  return cloud;
}

// Complete or absent: who waits for the file may read it as soon as it is there.
void write_file(const std::string& path, const std::string& content) {
  const std::string draft = path + "." + std::to_string(::getpid());
  {
    std::ofstream file(draft, std::ios::trunc);
    file << content;
    file.flush();
    if (!file) throw std::runtime_error("cannot write " + draft);
  }
  if (std::rename(draft.c_str(), path.c_str()) != 0) {
    std::remove(draft.c_str());
    throw std::runtime_error("cannot write " + path);
  }
}

// With TLS, the CA lies beside the file, under the names by which certloop, OpenSSL, Python's and
// Node's clients find it.
void write_env_file(const std::string& path, const localcloud::Cloud& cloud) {
  auto variables = cloud.environment();
  if (const std::string ca = cloud.ca_certificate(); !ca.empty()) {
    const std::string ca_file = std::filesystem::absolute(path + ".ca.pem").string();
    write_file(ca_file, ca);
    for (const char* name : {"LOCALCLOUD_CA_FILE", "CERTLOOP_CA_FILE", "SSL_CERT_FILE",
                             "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}) {
      variables[name] = ca_file;
    }
  }
  std::string content;
  for (const auto& [name, value] : variables) content += name + '=' + value + '\n';
  write_file(path, content);
}

void serve(const Options& options) {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  // Before the cloud's thread exists, which inherits the mask: the signals wait for sigwait.
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const localcloud::Cloud cloud(cloud_options(options));
  if (!options.env_file.empty()) write_env_file(options.env_file, cloud);
  std::cout << "local cloud at " << cloud.url() << std::endl;
  int received = 0;
  sigwait(&stops, &received);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("A cloud on this machine: IAM, Secrets Manager, Code Engine, Event Notifications");
  app.add_option("--listen", options.listen, "address and port; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--env-file", options.env_file,
                 "write NAME=value lines here once the port is open");
  app.add_flag("--listen-anywhere", options.listen_anywhere,
               "allow addresses that other machines can reach");
  app.add_flag("--tls", options.tls,
               "serve https with a certificate of an own CA, written beside the env file");
  app.add_option("--image", options.images,
                 "NAME='command line': apps and jobs of this image run as processes of it; may be "
                 "given more than once")
      ->allow_extra_args(false);
  app.add_option("--switch", options.switches,
                 "start with a switch in this position, NAME=VALUE, the value in JSON or a bare "
                 "word; repeatable. GET /_local/switches lists all")
      ->allow_extra_args(false);
  app.add_option("--seed", options.seed,
                 "make the calls of this JSON file first, so that the cloud holds something");
  CLI11_PARSE(app, argc, argv);
  try {
    serve(options);
  } catch (const std::exception& error) {
    std::cerr << "localcloud: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
