#pragma once
#include <signal.h>

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/localcloud/ce/settled.h"
#include "tests/localcloud/run/gate.h"
#include "tests/localcloud/signed_in.h"

// A cloud that runs the image "web": the workload of tests/support/workload.cpp.
struct Stage : SignedIn {
  using Json = cloud_client::Json;
  using Answer = cloud_client::Answer;

  // "second-try" is the same, but exits the first time that it is started in a place.
  Stage()
      : SignedIn(
            {.images = {{"web", LOCALCLOUD_WORKLOAD},
                        {"second-try",
                         "/bin/sh -c 'mkdir ../$HOSTNAME.tried && exit 1; exec " LOCALCLOUD_WORKLOAD
                         "'"}}}) {
    set("ce_restart_first_ms", 1);
    set("ce_workload_start_ms", 0);
  }

  // Members of an app whose instances find one variable, or all of a secret.
  static Json variable(const std::string& name, const std::string& value) {
    return environment({{"type", "literal"}, {"name", name}, {"value", value}});
  }
  static Json secret_variables(const std::string& secret) {
    return environment({{"type", "secret_full_reference"}, {"reference", secret}});
  }
  static Json environment(const Json& entry) {
    return {{"run_env_variables", Json::array({entry})}};
  }

  // An app of that image; `more` over it.
  Answer app(const std::string& name, Json more = Json::object()) const {
    Json body = {{"name", name}, {"image_reference", "web"}};
    body.update(more);
    return project.post("/apps", body);
  }
  // Takes so many tenths of the project's quota, with an app that only stands there.
  void fill_project(int tenths, const std::string& filler = "filler") const {
    app(filler, {{"image_reference", "icr.io/nobody/runs"},
                 {"scale_cpu_limit", "12"},
                 {"scale_memory_limit", "48G"},
                 {"scale_min_instances", tenths}});
    ready_app(filler);
  }
  Answer change(const std::string& name, const Json& body) const {
    return project.patch("/apps/" + name, body, {{"If-Match", "*"}});
  }
  Json ready_app(const std::string& name) const {
    return settled(project, "/apps/" + name, [](const Json& app) {
      const Json& details = app.at("status_details");
      return app.at("status") == "ready" &&
             details.value("latest_ready_revision", "") == details.at("latest_created_revision");
    });
  }
  Json revision(const std::string& name, const std::string& reason) const {
    return settled(project, "/apps/" + name.substr(0, name.rfind('-')) + "/revisions/" + name,
                   [&reason](const Json& document) {
                     return document.at("status_details").value("reason", "") == reason;
                   });
  }
  Json instances(const std::string& app, std::size_t count) const {
    return settled(project, "/apps/" + app + "/instances",
                   [count](const Json& page) { return page["instances"].size() == count; })
        .at("instances");
  }

  // The app's address at the ingress.
  std::string at(const std::string& app, const std::string& target = "/") const {
    return cloud.url() + "/app/" + names.at("LOCALCLOUD_PROJECT_A") + "/" + app + target;
  }
  Answer visit(const std::string& app, const std::string& target = "/") const {
    return cloud_client::call("GET", at(app, target));
  }
  // The first that is no refusal, of ten seconds of visits.
  Answer insist(const std::string& app, const std::string& target) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (true) {
      const Answer answer = visit(app, target);
      if (answer.status < 500 || std::chrono::steady_clock::now() > deadline) return answer;
    }
  }
  // Answers of that many visits at the same time.
  std::vector<Answer> crowd(const std::string& app, const std::string& target, int size) const {
    std::vector<Answer> answers(static_cast<std::size_t>(size));
    std::vector<std::thread> visitors;
    for (Answer& answer : answers) {
      visitors.emplace_back([&, this] { answer = visit(app, target); });
    }
    for (std::thread& visitor : visitors) visitor.join();
    return answers;
  }
  // The same of visits that last until so many are answered at the same time.
  std::vector<Answer> held_crowd(const std::string& app, int size, int answered) const {
    auto answers = std::async(std::launch::async, [&] { return crowd(app, held(), size); });
    count(app, "slow begins", answered);
    gate.open();
    return answers.get();
  }
  // What is answered once the gate is open.
  std::string held() const { return "/until" + gate.path(); }

  // What the app's instances have printed so far.
  std::string log(const std::string& app) const {
    return control.get("/logs/" + names.at("LOCALCLOUD_PROJECT_A") + "/apps/" + app).body;
  }
  // How often the line is in it.
  int count(const std::string& app, const std::string& line) const {
    const std::string text = log(app);
    int found = 0;
    for (auto at = text.find(line); at != std::string::npos; at = text.find(line, at + 1)) ++found;
    return found;
  }
  // The same, once it is that many; the last seen after ten seconds of asking.
  int count(const std::string& app, const std::string& line, int wanted) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (true) {
      const int found = count(app, line);
      if (found >= wanted || std::chrono::steady_clock::now() > deadline) return found;
    }
  }

  Gate gate{};
};

// Whether the process ends, within ten seconds.
inline bool gone(pid_t process) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (::kill(process, 0) == 0) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}
