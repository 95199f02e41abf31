#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/routes.h"
#include "hack/localcloud/sm/tasks.h"

namespace localcloud::sm {
namespace {

constexpr std::size_t kCredentialBytes = 512UL * 1024;

Json task_view(const Secret& secret, const Task& task) {
  Json view{{"id", task.id},
            {"secret_id", secret.id},
            {"type", task.type},
            {"status", task.status},
            {"trigger", task.trigger},
            {"created_by", kCaller},
            {"creation_date", rfc3339(task.created_at)},
            {"updated_by", kCaller},
            {"last_update_date", rfc3339(task.updated_at)},
            {"secret_version_id", task.version.id}};
  if (!task.errors.empty()) view["errors"] = task.errors;
  return view;
}

Json read_errors(const Fields& body) {
  if (!body.has("errors") || !body.raw("errors").is_array() || body.raw("errors").empty() ||
      body.raw("errors").size() > 100) {
    refuse(400, "'errors' must be an array of 1 to 100.");
  }
  Json errors = Json::array();
  for (const Json& given : body.raw("errors")) {
    if (!given.is_object()) refuse(400, "'errors' must hold objects.");
    const Fields error(given);
    errors.push_back({{"code", error.text("code", {1, 128})},
                      {"description", error.text("description", {1, 1024})}});
  }
  return errors;
}

// What the job reports.
Response put_task(Instance& instance, const Request& request, Secret& secret,
                  const std::string& id) {
  const Json body = parse_json_object(request);
  const Fields fields(body);
  const Task& task = task_of(secret, id);
  const std::string fulfilled =
      task.type == kCreateCredentials ? "credentials_created" : "credentials_deleted";
  const std::string status = fields.one_of("status", {fulfilled, "failed"}, "");
  if (is_over(task)) refuse(400, "The task is over.");
  if (status == "failed") {
    fail_task(instance, secret, id, read_errors(fields));
  } else if (task.type == kCreateCredentials) {
    const Json given = fields.object("credentials", kCredentialBytes);
    const Fields credentials(given);
    const Json payload = credentials.object("payload", kCredentialBytes);
    if (payload.empty()) refuse(400, "'payload' needs at least one key.");
    succeed_task(instance, secret, id, credentials.text("id", {1, 128}), payload);
  } else {
    succeed_task(instance, secret, id, "", Json());
  }
  return Response::json(200, task_view(secret, task_of(secret, id)));
}

}  // namespace

void add_task_routes(Router& router, Instance& instance) {
  const std::string all = "/api/v2/secrets/{id}/tasks";
  const std::string one = all + "/{task}";
  router.on("GET", all, [&instance](const Request&, const Params& params) {
    const Secret& secret = instance.secret(params.at("id"));
    Json tasks = Json::array();
    for (const Task& task : secret.tasks) tasks.push_back(task_view(secret, task));
    return Response::json(200, {{"tasks", std::move(tasks)}});
  });
  router.on("GET", one, [&instance](const Request&, const Params& params) {
    Secret& secret = instance.secret(params.at("id"));
    return Response::json(200, task_view(secret, task_of(secret, params.at("task"))));
  });
  router.on("PUT", one, [&instance](const Request& request, const Params& params) {
    return put_task(instance, request, instance.secret(params.at("id")), params.at("task"));
  });
  router.on("DELETE", one, [&instance](const Request&, const Params& params) {
    remove_task(instance, instance.secret(params.at("id")), params.at("task"));
    return Response::empty(204);
  });
}

}  // namespace localcloud::sm
