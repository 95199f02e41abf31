#include "hack/localcloud/ce/jobs.h"

#include <limits>

#include "hack/localcloud/ce/array_spec.h"
#include "hack/localcloud/ce/components.h"
#include "hack/localcloud/ce/filter.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/resources.h"
#include "hack/localcloud/ce/rules.h"
#include "hack/localcloud/ce/run_fields.h"
#include "hack/localcloud/ce/run_status.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kLargestDefinition = 10 * 1024;
const char* const kTaskOnly[] = {"scale_max_execution_time", "scale_retry_limit"};

Check array_spec_text() {
  return [](const std::string& name, const Json& value) {
    text(1, 253)(name, value);
    parse_array_spec(value.get_ref<const std::string&>());
    return value;
  };
}

Fields job_fields(bool image_required) {
  return image_fields(image_required) + run_fields() + instance_limit_fields() +
         Fields{{"run_mode", choice({"task", "daemon"}), "task"},
                {"scale_array_spec", array_spec_text(), "0"},
                {"scale_max_execution_time", integer(1, 86'400), 7200},
                {"scale_retry_limit", integer(0, 5), 3}};
}

void check_definition(Json& members, const Json& body) {
  if (members.at("run_mode") == "daemon") {
    for (const char* name : kTaskOnly) {
      if (member(body, name) != nullptr) {
        throw invalid(std::string(name) + " is for run_mode task only.");
      }
      members[name] = nullptr;
    }
  }
  check_combination(members);
  if (members.dump().size() > kLargestDefinition) {
    throw invalid("The definition is larger than 10 KiB.");
  }
}

Json without_nulls(Json members) {
  for (const char* name : kTaskOnly) {
    if (member(members, name) == nullptr) members.erase(name);
  }
  return members;
}

// What a run of a job starts from. Throws Refusal.
Json template_of(const Json& body, const Place& place) {
  if (member(body, "job_name") == nullptr) {
    if (member(body, "image_reference") != nullptr) return Json::object();
    throw invalid("A job run needs job_name or image_reference.");
  }
  for (const char* name : {"image_secret", "run_service_account"}) {
    if (member(body, name) != nullptr) {
      throw invalid(std::string(name) + " must not accompany job_name.");
    }
  }
  const Json* job = place.project.shelf("jobs").current(required_string(body, "job_name"));
  if (job == nullptr) throw not_found();
  return selected(job_fields(false), *job);
}

Json all_pending(const Json& run) {
  RunReport report;
  for (const int index : parse_array_spec(run.at("scale_array_spec"))) report[index];
  return run_status_details(report, "pending", {});
}

}  // namespace

JobKind::JobKind(World& world)
    : DocumentKind({.collection = "jobs", .resource_type = "job_v2", .rule = &kLabelName}),
      world_(world) {}

Json JobKind::create(const Json& body, const Place& place) {
  Json members = merged(job_fields(true), Json::object(), body);
  check_definition(members, body);
  members["computed_env_variables"] = job_variables(place);
  return without_nulls(std::move(members));
}

Json JobKind::change(const Json& current, const Json& body, const Place&) {
  Json members = patched(job_fields(true), current, body);
  check_definition(members, body);
  return members;
}

void JobKind::erasing(const Json& document, const Request& request, const Place& place) {
  drop_component(place.project, {{"name", document.at("name")}, {"resource_type", "job_v2"}},
                 request.query_value("keep_service_access") == "true", world_.clock.now());
}

JobRunKind::JobRunKind(World& world, Workloads& workloads)
    : DocumentKind({.collection = "job_runs",
                    .resource_type = "job_run_v2",
                    .rule = &kLabelName,
                    .created_status = 202,
                    .tagged = false}),
      world_(world),
      workloads_(workloads) {}

Json JobRunKind::create(const Json& body, const Place& place) {
  const Fields fields =
      job_fields(false) + Fields{{"job_name", named(kLabelName)},
                                 {"scale_array_size_variable_override",
                                  integer(1, std::numeric_limits<std::int32_t>::max())}};
  Json members = merged(fields, template_of(body, place), body);
  if (members.at("run_mode") == "daemon") {
    // A run may turn a task into a daemon; then what the job says of tasks does not come along.
    for (const char* name : kTaskOnly) members.erase(name);
  }
  check_definition(members, body);
  members["status"] = "pending";
  members["status_details"] = all_pending(members);
  members["computed_env_variables"] = job_variables(place);
  return without_nulls(std::move(members));
}

std::string JobRunKind::generated_name(const Json& body, const Place&) const {
  constexpr std::size_t kRoom = 50;
  const Json* job = member(body, "job_name");
  const std::string base = job == nullptr || !job->is_string() ? "run" : job->get<std::string>();
  return base.substr(0, kRoom) + "-jobrun-" + world_.ids.hex(5);
}

void JobRunKind::kept(const Json&, const Json& document, const Place& place) {
  Json run = document;
  const std::string name = document.at("name");
  const std::string job = document.value("job_name", "");
  run["computed_env_variables"] = run_variables(place, job, name);
  for (Json& entry : binding_variables(place.project, "job_v2", job)) {
    run["computed_env_variables"].push_back(std::move(entry));
  }
  place.project.shelf("job_runs").amend(name, std::move(run));
  workloads_.start_run(place.project, name);
}

void JobRunKind::erasing(const Json& document, const Request&, const Place& place) {
  workloads_.drop_run(place.project, document.at("name"));
}

std::string JobRunKind::filters(const Request& request) const {
  return filter_href(request, "job_name");
}

bool JobRunKind::listed(Json& document, const Request& request, const Place&) const {
  return passes_filter(request, "job_name", document);
}

}  // namespace localcloud::ce
