#pragma once
#include <string>

#include "hack/localcloud/sm/instance.h"

// What the jobs behind custom_credentials have to do: make credentials and take them away again.
// Tasks of one secret go one after the other. The switch "custom_credentials_job" says who does
// them: the cloud itself, or a caller who puts the result.
namespace localcloud::sm {

inline constexpr char kCreateCredentials[] = "create_credentials";
inline constexpr char kDeleteCredentials[] = "delete_credentials";

// `version`: the one to be, or the one whose credentials go.
void begin_task(Instance& instance, Secret& secret, const std::string& type,
                const std::string& trigger, Version version);

// Ends a task that is not over yet; `id` names one of the secret's. The next in line goes on.
void succeed_task(Instance& instance, Secret& secret, const std::string& id,
                  const std::string& credentials_id, const Json& credentials);
void fail_task(Instance& instance, Secret& secret, const std::string& id, const Json& errors);
void remove_task(Instance& instance, Secret& secret, const std::string& id);

Task& task_of(Secret& secret, const std::string& id);  // 404 when there is none
bool is_over(const Task& task);
bool has_open_tasks(const Secret& secret);
// Fails the tasks that took longer than their configuration allows.
void expire_tasks(Instance& instance, Secret& secret);

}  // namespace localcloud::sm
