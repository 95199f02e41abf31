#pragma once
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "tests/localcloud/ce/workloads.h"
#include "tests/localcloud/run/gate.h"

// A cloud where "icr.io/shop/batch" is a shell, so that runs do what a test says.
struct Workshop : Works {
  Workshop() : Works({.images = {{"icr.io/shop/batch", "/bin/sh -c"}}}) {
    set("ce_job_retry_ms", 1);
  }

  // A run of `script`, with $GATE to wait for; `more` over it.
  cloud_client::Answer run(const std::string& name, const std::string& script,
                           Json more = Json::object()) const {
    Json body = {{"name", name},
                 {"image_reference", "icr.io/shop/batch"},
                 {"run_arguments", Json::array({script})},
                 {"run_env_variables", Json::array({{{"name", "GATE"}, {"value", gate_.path()}}})}};
    for (const Json& variable : more.value("run_env_variables", Json::array())) {
      body["run_env_variables"].push_back(variable);
    }
    more.erase("run_env_variables");
    body.update(more);
    return project.post("/job_runs", body);
  }
  // Lets go what waits for $GATE.
  void open_gate() const { gate_.open(); }
  void close_gate() const { gate_.close(); }
  static constexpr const char* kWait = "while ! test -e $GATE; do sleep 0.01; done; ";

  Json finished(const std::string& name) const {
    return settled(project, "/job_runs/" + name, [](const Json& document) {
      return document.at("status") == "completed" || document.at("status") == "failed";
    });
  }
  static Json index_of(const Json& run, int number) {
    return run.at("status_details").at("indices_details").at(std::to_string(number));
  }
  static bool running(const Json& index) { return index.at("status") == "running"; }
  // An index of a run, once `done` says so of it.
  Json index(const std::string& name, int number,
             const std::function<bool(const Json&)>& done) const {
    return index_of(settled(project, "/job_runs/" + name,
                            [&](const Json& run) { return done(index_of(run, number)); }),
                    number);
  }

  // What a run has printed, "INSTANCE LINE" each; waits until one of them is `awaited`.
  std::vector<std::string> printed(const std::string& run, const std::string& awaited = "") const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (true) {
      std::vector<std::string> lines = log(run);
      const bool there =
          awaited.empty() || std::find(lines.begin(), lines.end(), awaited) != lines.end();
      if (there || std::chrono::steady_clock::now() > deadline) return lines;
    }
  }
  bool prints(const std::string& run, const std::string& line) const {
    const auto lines = printed(run, line);
    return std::find(lines.begin(), lines.end(), line) != lines.end();
  }

 private:
  std::vector<std::string> log(const std::string& run) const {
    const auto answer =
        control.get("/logs/" + names.at("LOCALCLOUD_PROJECT_A") + "/job_runs/" + run);
    std::vector<std::string> lines;
    if (answer.status != 200) return lines;
    std::istringstream text(answer.body);
    for (std::string line; std::getline(text, line);) {
      lines.push_back(line.substr(line.find(' ') + 1));  // without its time
    }
    return lines;
  }

  Gate gate_{};
};
