#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "hack/localcloud/ce/workload.h"
#include "hack/localcloud/frame/world.h"
#include "hack/localcloud/run/images.h"
#include "hack/localcloud/run/logs.h"
#include "hack/localcloud/run/process.h"
#include "hack/localcloud/run/room.h"

namespace localcloud::run {

struct ContainerSpec {
  ce::WorkloadId workload{};
  std::string instance{};                          // its name, unique in the project
  LogId log{};                                     // where its lines go
  std::string component_type{};                    // whom its compute resource token names, as in
  std::string component_name{};                    // ComputeResource
  Json document = Json::object();                  // revision or run
  std::map<std::string, std::string> variables{};  // what only the runtime knows: PORT, JOB_INDEX
};

// One start of one instance: its room, its process, its lines. Used on the cloud's thread.
class Container {
 public:
  using OnExit = std::function<void(int code)>;  // once, later; may destroy the container

  ~Container();  // kills what still runs; `on_exit` is not called then
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  // SIGTERM now, SIGKILL after `grace`. The first call counts.
  void stop(std::chrono::milliseconds grace);
  bool stopping() const { return stopping_; }

 private:
  friend class Launcher;
  Container(class Launcher& launcher, ContainerSpec spec)
      : launcher_(launcher), spec_(std::move(spec)) {}

  Launcher& launcher_;
  ContainerSpec spec_;
  bool stopping_ = false;
  std::unique_ptr<Room> room_{};
  std::unique_ptr<Process> process_{};
  std::shared_ptr<bool> here_ = std::make_shared<bool>(true);  // for timers: expires with this
};

// Starts containers and keeps the files of those that run up to date.
class Launcher {
 public:
  // All must outlive the launcher, and the launcher its containers. Declares its switches.
  // `ca_certificate`: whom instances are to trust, when the cloud speaks https.
  Launcher(World& world, boost::asio::io_context& io, const Images& images,
           ce::WorkloadReports& reports, Logs& logs, std::string ca_certificate = {});

  // Whether the document's image is one that is really run.
  bool runs(const Json& document) const;

  // `around` is complete: nothing of it is missing. What goes wrong on this machine is told as a
  // line of the log and as exit code 128, as a container that cannot be created is.
  std::unique_ptr<Container> start(ContainerSpec spec, const ce::Surroundings& around,
                                   Container::OnExit on_exit);

  // Something in the project has changed: files follow after a while (switch ce_mount_refresh_ms).
  void refresh(const std::string& project_id);

 private:
  friend class Container;

  void run(Container& container, const ce::Surroundings& around, const Container::OnExit& on_exit);
  Command command(const Container& container, const ce::Surroundings& around) const;
  void put_token(Container& container);
  void refresh_now(const std::string& project_id);

  World& world_;
  boost::asio::io_context& io_;
  const Images& images_;
  ce::WorkloadReports& reports_;
  Logs& logs_;
  const std::string ca_certificate_;
  House house_{};
  std::set<Container*> running_{};
  std::set<std::string> stale_{};  // projects whose files are to be looked at
};

}  // namespace localcloud::run
