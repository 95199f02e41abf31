#include "hack/localcloud/sm/tasks.h"

#include <algorithm>

#include "hack/localcloud/sm/events.h"
#include "hack/localcloud/sm/made_up.h"
#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
namespace {

constexpr std::size_t kMostTasks = 100;  // of one secret's history
constexpr std::int64_t kUsualTimeout = 600;

// What the secret's metadata says about its tasks.
void count(Secret& secret) {
  std::size_t queued = 0;
  secret.own.erase("processing_task_id");
  for (const Task& task : secret.tasks) {
    if (task.status == "queued") ++queued;
    if (task.status == "processing") secret.own["processing_task_id"] = task.id;
  }
  secret.own["task_count"] = secret.tasks.size();
  secret.own["queued_task_count"] = queued;
}

void tell(Instance& instance, const Secret& secret, const Task& task, const std::string& type,
          const std::string& severity = "LOW") {
  publish(instance, secret,
          {.type = type,
           .severity = severity,
           .by = kService,
           .task = {{"task_id", task.id},
                    {"secret_status", describe(secret.state)},
                    {"task_trigger", task.trigger},
                    {"task_type", task.type}}});
}

// The job that the cloud plays itself: credentials nobody accepts, or a failure.
void play(Instance& instance, const std::string& secret_id, const std::string& task_id) {
  const auto at = instance.secrets.find(secret_id);
  if (at == instance.secrets.end()) return;
  Secret& secret = at->second;
  const auto task = std::find_if(secret.tasks.begin(), secret.tasks.end(),
                                 [&](const Task& one) { return one.id == task_id; });
  if (task == secret.tasks.end() || is_over(*task)) return;
  if (instance.world.switches.value("custom_credentials_job") == "fails") {
    fail_task(instance, secret, task_id,
              Json::array({{{"code", "job_failed"}, {"description", "The job failed."}}}));
    return;
  }
  succeed_task(instance, secret, task_id, "credentials-" + instance.world.ids.hex(8),
               {{"username", "user-" + instance.world.ids.hex(8)},
                {"password", made_up_api_key(instance.world.ids)}});
}

void start_next(Instance& instance, Secret& secret) {
  const auto open = std::find_if(secret.tasks.begin(), secret.tasks.end(),
                                 [](const Task& task) { return !is_over(task); });
  if (open != secret.tasks.end() && open->status == "queued") {
    open->status = "processing";
    open->updated_at = instance.now();
    if (instance.world.switches.value("custom_credentials_job") != "waits") {
      const std::chrono::milliseconds wait(
          instance.world.switches.value("custom_credentials_task_ms").get<std::int64_t>());
      instance.world.scheduler->after(wait, [&instance, secret_id = secret.id, id = open->id] {
        play(instance, secret_id, id);
      });
    }
  }
  count(secret);
}

Content content_of(const Instance& instance, const Secret& secret, const std::string& id,
                   const Json& credentials) {
  Content content;
  content.payload["credentials_content"] = credentials;
  content.about_version["credentials_id"] = id;
  if (secret.own.contains("ttl")) {
    content.expires =
        instance.now() + std::chrono::seconds(std::stoll(secret.own.at("ttl").get<std::string>()));
  }
  return content;
}

void created(Instance& instance, Secret& secret, Version version) {
  const bool first = secret.versions.empty();
  instance.add_version(secret, std::move(version));
  secret.state = State::kActive;
  secret.own["last_rotation_failed"] = false;
  publish(instance, secret, {.type = first ? "secret_created" : "secret_rotated", .by = kService});
}

void deleted(Instance& instance, Secret& secret, const std::string& version_id) {
  for (Version& version : secret.versions) {
    if (version.id == version_id) Instance::drop_payload(version);
  }
  secret.updated_at = instance.now();
  publish(instance, secret, {.type = "secret_version_data_deleted", .by = kService});
  publish_if_emptied(instance, secret, kService);
}

}  // namespace

bool is_over(const Task& task) {
  return task.status != "queued" && task.status != "processing";
}

bool has_open_tasks(const Secret& secret) {
  return std::any_of(secret.tasks.begin(), secret.tasks.end(),
                     [](const Task& task) { return !is_over(task); });
}

Task& task_of(Secret& secret, const std::string& id) {
  const auto at = std::find_if(secret.tasks.begin(), secret.tasks.end(),
                               [&](const Task& task) { return task.id == id; });
  if (at == secret.tasks.end()) refuse(404, "There is no task with this id.");
  return *at;
}

void begin_task(Instance& instance, Secret& secret, const std::string& type,
                const std::string& trigger, Version version) {
  secret.tasks.push_back({.id = instance.world.ids.uuid(),
                          .type = type,
                          .status = "queued",
                          .trigger = trigger,
                          .created_at = instance.now(),
                          .updated_at = instance.now(),
                          .version = std::move(version)});
  if (secret.tasks.size() > kMostTasks) {
    const auto oldest = std::find_if(secret.tasks.begin(), secret.tasks.end(), is_over);
    if (oldest != secret.tasks.end()) secret.tasks.erase(oldest);
  }
  tell(instance, secret, secret.tasks.back(), "secret_task_created");
  start_next(instance, secret);
}

void succeed_task(Instance& instance, Secret& secret, const std::string& id,
                  const std::string& credentials_id, const Json& credentials) {
  Task& task = task_of(secret, id);
  const bool creates = task.type == kCreateCredentials;
  task.status = creates ? "credentials_created" : "credentials_deleted";
  task.updated_at = instance.now();
  tell(instance, secret, task, "secret_task_succeeded");
  if (creates) {
    Version version = task.version;
    version.content = content_of(instance, secret, credentials_id, credentials);
    created(instance, secret, std::move(version));
  } else {
    deleted(instance, secret, task.version.id);
  }
  start_next(instance, secret);
}

void fail_task(Instance& instance, Secret& secret, const std::string& id, const Json& errors) {
  Task& task = task_of(secret, id);
  task.status = "failed";
  task.errors = errors;
  task.updated_at = secret.updated_at = instance.now();
  secret.own["last_failed_task_id"] = id;
  tell(instance, secret, task, "secret_task_failed", "HIGH");
  if (task.type == kCreateCredentials) {
    const bool first = secret.versions.empty();
    if (first) secret.state = State::kDeactivated;
    if (!first) secret.own["last_rotation_failed"] = true;
    publish(instance, secret,
            {.type = first ? "secret_creation_failed" : "secret_rotation_failed",
             .severity = first ? "LOW" : "HIGH",
             .by = kService,
             .failure_reason = "The task to create the credentials failed."});
  }
  start_next(instance, secret);
}

void remove_task(Instance& instance, Secret& secret, const std::string& id) {
  tell(instance, secret, task_of(secret, id), "secret_task_deleted");
  std::erase_if(secret.tasks, [&](const Task& task) { return task.id == id; });
  start_next(instance, secret);
}

void expire_tasks(Instance& instance, Secret& secret) {
  if (secret.tasks.empty()) return;
  const Configuration* configuration = instance.configurations.find(
      secret.own.at("configuration").get<std::string>(), kCustomCredentials);
  const std::chrono::seconds limit(
      configuration == nullptr
          ? kUsualTimeout
          : std::stoll(configuration->shown.at("task_timeout").get<std::string>()));
  const auto late = std::find_if(secret.tasks.begin(), secret.tasks.end(), [&](const Task& task) {
    return task.status == "processing" && task.updated_at + limit <= instance.now();
  });
  if (late == secret.tasks.end()) return;
  fail_task(instance, secret, std::string(late->id),
            Json::array({{{"code", "timeout"}, {"description", "The task took too long."}}}));
}

}  // namespace localcloud::sm
