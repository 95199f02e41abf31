#pragma once
#include <compare>
#include <map>
#include <string>
#include <vector>

#include "hack/localcloud/frame/http.h"
#include "hack/localcloud/frame/world.h"

// What runs what the documents describe. Code Engine keeps the documents and says what is wanted; a
// Runtime starts and stops instances and says what became of them. Everything happens on the
// cloud's one thread: a runtime that has threads or processes of its own comes back through the
// world's Scheduler.
namespace localcloud::ce {

// A revision of an app, or a run of a job.
struct WorkloadId {
  std::string project_id{};
  std::string name{};
  friend auto operator<=>(const WorkloadId&, const WorkloadId&) = default;
};

// What one instance finds at its start.
struct Surroundings {
  struct Mount {
    std::string path{};
    std::string sub_path{};                      // empty: all files
    std::map<std::string, std::string> files{};  // name -> content
  };
  std::map<std::string, std::string> environment{};  // without what only the runtime knows (PORT)
  std::vector<Mount> mounts{};
  // What the document refers to and the project does not have: "secrets/www-tls". An instance
  // cannot start then.
  std::vector<std::string> missing{};
  bool pull_secret_missing = false;
};

struct InstanceReport {
  std::string name{};              // of the instance; unique in the project
  std::string status = "running";  // running, pending, failed, succeeded
  int restarts = 0;
  Json user_container = Json::object();    // {"current_state", "last_observed_state"}
  Json system_container = Json::object();  // likewise
};

struct RevisionReport {
  std::string status{};  // ready, loading, failed, warning
  std::string reason{};  // "ready", "deploying", "image_pull_back_off", ...
  std::vector<InstanceReport> instances{};
};

struct IndexReport {
  std::string status = "pending";  // pending, running, succeeded, failed, unknown
  std::string started_at{};        // RFC 3339; empty: not yet
  std::string finished_at{};
  int retries = 0;
  std::string last_failure_reason{};  // "ContainerExitedCode1"; empty: none
};

// By array index; all indices of the run are there.
using RunReport = std::map<int, IndexReport>;

// Where a runtime says what became of a workload: Code Engine's side. Workloads that are gone
// meanwhile are ignored.
class WorkloadReports {
 public:
  virtual ~WorkloadReports() = default;
  virtual void revision_is(const WorkloadId& id, const RevisionReport& report) = 0;
  virtual void job_run_is(const WorkloadId& id, const RunReport& report) = 0;
  // Of an instance that starts now. `document` is the one that came with the wish.
  virtual Surroundings surroundings(const WorkloadId& id, const Json& document) = 0;
  // Whether the project has room for that many more instances of the document (its quotas of
  // instances, CPU, memory and disk).
  virtual bool room(const WorkloadId& id, const Json& document, int instances) = 0;
};

// May report at any time after a wish, never from within the call. A wish that comes again for the
// same workload says that something it waits for may have come: it is to look again.
class Runtime {
 public:
  virtual ~Runtime() = default;
  // `document` is the revision as callers see it.
  virtual void revision_wanted(const WorkloadId& id, const Json& document) = 0;
  // Deleted, or another revision serves now. Its instances go.
  virtual void revision_gone(const WorkloadId& id) = 0;
  virtual void job_run_wanted(const WorkloadId& id, const Json& document) = 0;
  virtual void job_run_cancelled(const WorkloadId& id) = 0;
  // What instances of the project find may be other than it was.
  virtual void surroundings_changed(const std::string& project_id) = 0;
};

}  // namespace localcloud::ce
