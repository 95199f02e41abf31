#include "hack/localcloud/run/container.h"

#include <array>
#include <cstdlib>
#include <exception>

#include "hack/localcloud/ce/delay.h"
#include "hack/localcloud/ce/rules.h"

namespace localcloud::run {
namespace {

// Code Engine's path, as the SDKs' container authenticator knows it.
const char* const kTokenFile =
    "/var/run/secrets/codeengine.cloud.ibm.com/compute-resource-token/token";
// Whom to trust when the cloud speaks https; the variables of certloop, OpenSSL, Python and Node.
const char* const kCaFile = "/etc/ssl/localcloud-ca.pem";
constexpr std::array kCaVariables = {"CERTLOOP_CA_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
                                     "NODE_EXTRA_CA_CERTS"};
constexpr int kCannotCreate = 128;

std::vector<std::string> words(const Json& document, const char* member) {
  return document.value(member, std::vector<std::string>{});
}

std::string path_variable() {
  const char* value = std::getenv("PATH");
  return value == nullptr ? "/usr/local/bin:/usr/bin:/bin" : value;
}

}  // namespace

Container::~Container() {
  launcher_.running_.erase(this);
}

void Container::stop(std::chrono::milliseconds grace) {
  if (std::exchange(stopping_, true) || !process_) return;
  process_->terminate();
  launcher_.world_.scheduler->after(grace, [this, here = std::weak_ptr(here_)] {
    if (!here.expired()) process_->kill();
  });
}

Launcher::Launcher(World& world, boost::asio::io_context& io, const Images& images,
                   ce::WorkloadReports& reports, Logs& logs, std::string ca_certificate)
    : world_(world),
      io_(io),
      images_(images),
      reports_(reports),
      logs_(logs),
      ca_certificate_(std::move(ca_certificate)) {
  world_.switches.declare("ce_mount_refresh_ms", 1000,
                          "how long mounted files stay behind their secret or config map",
                          from_to(0, 600'000));
  world_.switches.declare("ce_compute_token_refresh_ms", 600'000,
                          "how often a running instance gets a new compute resource token",
                          from_to(10, 3'600'000));
}

bool Launcher::runs(const Json& document) const {
  return images_.command(document.value("image_reference", "")) != nullptr;
}

std::unique_ptr<Container> Launcher::start(ContainerSpec spec, const ce::Surroundings& around,
                                           Container::OnExit on_exit) {
  std::unique_ptr<Container> container(new Container(*this, std::move(spec)));
  running_.insert(container.get());
  try {
    run(*container, around, on_exit);
  } catch (const std::exception& error) {
    logs_.add(container->spec_.log, container->spec_.instance,
              std::string("the local cloud cannot start this instance: ") + error.what());
    world_.scheduler->after({}, [here = std::weak_ptr(container->here_), on_exit] {
      if (!here.expired()) on_exit(kCannotCreate);
    });
  }
  return container;
}

void Launcher::run(Container& container, const ce::Surroundings& around,
                   const Container::OnExit& on_exit) {
  const ContainerSpec& spec = container.spec_;
  container.room_ =
      std::make_unique<Room>(house_.room(spec.workload.project_id, spec.instance), around.mounts);
  if (!ca_certificate_.empty()) container.room_->put(kCaFile, ca_certificate_);
  if (spec.document.value("run_compute_resource_token_enabled", false)) put_token(container);
  container.process_ = std::make_unique<Process>(
      io_, command(container, around),
      [this, &spec](const std::string& line) { logs_.add(spec.log, spec.instance, line); },
      [here = std::weak_ptr(container.here_), on_exit](int code) {
        if (!here.expired()) on_exit(code);
      });
}

// As a container runs: run_commands take the place of what the image would do, run_arguments come
// after either.
Command Launcher::command(const Container& container, const ce::Surroundings& around) const {
  const ContainerSpec& spec = container.spec_;
  const std::string root = container.room_->root().string();
  Command command{.words = words(spec.document, "run_commands"),
                  .environment = {{"PATH", path_variable()},
                                  {"HOME", root},
                                  {"HOSTNAME", spec.instance},
                                  {"PWD", root},
                                  {"LOCALCLOUD_ROOT", root}},
                  .directory = root};
  if (command.words.empty()) {
    const std::string image = spec.document.at("image_reference");
    command.words = {"/bin/sh", "-c", "exec " + *images_.command(image) + " \"$@\"", image};
  }
  for (std::string& word : words(spec.document, "run_arguments")) {
    command.words.push_back(std::move(word));
  }
  if (!ca_certificate_.empty()) {
    for (const char* name : kCaVariables) command.environment[name] = root + kCaFile;
  }
  for (const auto& [name, value] : around.environment) command.environment[name] = value;
  for (const auto& [name, value] : spec.variables) command.environment[name] = value;
  return command;
}

// The file's content rotates, as it does on Code Engine.
void Launcher::put_token(Container& container) {
  const ContainerSpec& spec = container.spec_;
  world_.scheduler->after(ce::delay(world_, "ce_compute_token_refresh_ms"),
                          [this, &container, here = std::weak_ptr(container.here_)] {
                            if (!here.expired()) put_token(container);
                          });
  const Crn project{.service = "codeengine",
                    .region = spec.document.at("region"),
                    .account = world_.seed.account,
                    .instance = spec.workload.project_id};
  container.room_->put(kTokenFile, world_.compute_tokens->compute_token(
                                       {project.text(), spec.component_type, spec.component_name}));
}

void Launcher::refresh(const std::string& project_id) {
  if (!stale_.insert(project_id).second) return;
  world_.scheduler->after(ce::delay(world_, "ce_mount_refresh_ms"),
                          [this, project_id] { refresh_now(project_id); });
}

// What is missing now leaves the files as they were.
void Launcher::refresh_now(const std::string& project_id) {
  stale_.erase(project_id);
  for (Container* container : running_) {
    const ContainerSpec& spec = container->spec_;
    if (spec.workload.project_id != project_id || !container->room_) continue;
    try {
      container->room_->refresh(reports_.surroundings(spec.workload, spec.document).mounts);
    } catch (const std::exception& error) {
      // What one workload does to its room is no matter of the others.
      logs_.add(spec.log, spec.instance,
                std::string("the local cloud cannot refresh these files: ") + error.what());
    }
  }
}

}  // namespace localcloud::run
