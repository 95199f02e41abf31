#include "hack/localcloud/cloud.h"

#include "hack/localcloud/catalog/global_catalog.h"
#include "hack/localcloud/ce/code_engine.h"
#include "hack/localcloud/en/event_notifications.h"
#include "hack/localcloud/environment.h"
#include "hack/localcloud/frame/certificates.h"
#include "hack/localcloud/frame/control.h"
#include "hack/localcloud/frame/gateway.h"
#include "hack/localcloud/frame/outbound.h"
#include "hack/localcloud/frame/server.h"
#include "hack/localcloud/iam/iam.h"
#include "hack/localcloud/rc/projects.h"
#include "hack/localcloud/rc/resource_controller.h"
#include "hack/localcloud/rm/resource_manager.h"
#include "hack/localcloud/run/process_runtime.h"
#include "hack/localcloud/seed_file.h"
#include "hack/localcloud/sm/secrets_manager.h"

namespace localcloud {
namespace {

World make_world(Server& server, Outbound& outbound) {
  World world;
  world.scheduler = &server;
  world.outbound = &outbound;
  world.address = server.url();
  return world;
}

void set_switches(Switches& switches, const std::map<std::string, std::string>& values) {
  for (const auto& [name, text] : values) {
    const Json value = Json::parse(text, nullptr, false);
    try {
      switches.set(name, value.is_discarded() ? Json(text) : value);
    } catch (const HttpError& error) {
      const Json body = Json::parse(error.response.body);
      throw std::runtime_error(body.at("errors").at(0).at("message").get<std::string>());
    }
  }
}

Request to_request(const SeedCall& call, const std::string& address) {
  Request request;
  request.method = call.method;
  const bool ours = call.url.starts_with(address + '/');
  if (!ours || !request.aim(call.url.substr(address.size()))) {
    throw std::runtime_error(call.url + " is no address of this cloud");
  }
  request.headers = call.headers;
  if (find(request.headers, "content-type").empty()) {
    request.headers.emplace_back("content-type", "application/json");
  }
  if (!call.body.is_null()) request.body = call.body.dump();
  return request;
}

}  // namespace

// In the order of construction: the server is stopped first and destroyed last, so no task of its
// thread ever meets a service that is gone.
struct Cloud::Impl {
  explicit Impl(const CloudOptions& options);
  ~Impl() { server.stop(); }
  void mount_services();
  void connect_resources();
  void add_controls();
  void add_code_engine_controls();
  void play(const std::string& seed);
  std::string log_in();
  Response answer_at_once(Request request);

  std::unique_ptr<Certificates> certificates;  // null without TLS
  Server server;
  LoopbackOutbound outbound;
  World world;
  Journal journal{};
  Faults faults{};
  Control control;
  Iam iam;
  EventNotifications notifications;
  SecretsManager secrets_manager;
  CodeEngine code_engine;
  run::Images images;
  run::Logs logs;
  run::Ports ports;
  run::Launcher launcher;
  run::Apps apps;
  run::Jobs jobs;
  run::ProcessRuntime runtime;
  ResourceManager resource_manager;
  ResourceController resource_controller;
  GlobalCatalog global_catalog;
  Gateway gateway;
  std::map<std::string, std::string> variables{};  // told to callers
};

Cloud::Impl::Impl(const CloudOptions& options)
    : certificates(options.tls ? std::make_unique<Certificates>(options.address) : nullptr),
      server(options.address, options.port, options.tls ? Transport::kTls : Transport::kPlain),
      outbound(server.io(), certificates ? &certificates->client() : nullptr),
      world(make_world(server, outbound)),
      control(world, journal, faults),
      iam(world),
      notifications(world),
      secrets_manager(world),
      code_engine(world),
      images(options.images),
      logs(world),
      ports(server.io()),
      launcher(world, server.io(), images, code_engine.workloads(), logs,
               certificates ? certificates->ca() : std::string{}),
      apps({world, server.io(), ports, launcher, code_engine.workloads()}),
      jobs({world, server.io(), ports, launcher, code_engine.workloads()}),
      runtime(launcher, apps, jobs, code_engine.workloads().stand_in()),
      resource_manager(world),
      resource_controller(world, resource_manager),
      global_catalog(world),
      gateway(world, journal, faults) {
  world.switches.declare("tls_certificate", "good",
                         "what new connections of --tls are shown; only good is to be trusted",
                         one_of({"good", "wrong_host", "expired", "untrusted"}));
  world.any_host = options.any_host;
  set_switches(world.switches, options.switches);
  world.authority = &iam;
  world.authorizations = &iam;
  world.compute_tokens = &iam;
  world.jobs = &code_engine;
  world.events = &notifications;
  code_engine.workloads().use(runtime);
  mount_services();
  connect_resources();
  add_controls();
  add_code_engine_controls();
  variables = variables_of(world.seed, world.address);
  if (!options.seed.empty()) play(options.seed);
  server.start(
      [this](Request request, std::uint16_t source, Deliver deliver) {
        gateway.handle(std::move(request), source, std::move(deliver));
      },
      [this]() -> boost::asio::ssl::context& {
        return certificates->server(world.switches.value("tls_certificate").get<std::string>());
      });
}

// The whole cloud at a glance: what is reached where.
void Cloud::Impl::mount_services() {
  gateway.mount("local", "/_local", control);
  gateway.mount("iam", "/iam", iam);
  gateway.mount("sm", "/sm", secrets_manager);
  gateway.mount("ce", "/ce", code_engine);
  gateway.mount("en", "/en", notifications);
  gateway.mount("rc", "/rc", resource_controller);
  gateway.mount("rm", "/rm", resource_manager);
  gateway.mount("catalog", "/catalog", global_catalog);
  gateway.mount("app", "/app", apps);
}

// What orders at the resource controller bring about elsewhere, and what is ordered there.
void Cloud::Impl::connect_resources() {
  ResourceController::Effects effects;
  const auto account = world.seed.account;
  effects.ordering = [this](const rc::Instance& wanted) {
    rc::check_project(code_engine.projects(), wanted);
  };
  effects.created = [this, account](const std::shared_ptr<const rc::Instance>& made) {
    if (rc::is_project(*made)) code_engine.projects().add(rc::project_of(made));
    if (made->failed) return;
    const std::string crn = made->crn(account);
    if (made->offering->name == "event-notifications") {
      notifications.add_instance(crn, made->offering->plan(made->plan)->name);
    }
    if (made->offering->name == "secrets-manager") {
      secrets_manager.add_instance(crn, made->operation_done, made->is_public());
    }
  };
  effects.changed = [this, account](const rc::Instance& changed) {
    secrets_manager.open_to_public(changed.crn(account), changed.is_public());
  };
  effects.deleted = [this](const std::string& crn) {
    iam.forget_instance(parse_crn(crn)->instance);
    notifications.suspend_instance(crn, true);
    secrets_manager.suspend_instance(crn, true);
    code_engine.stop_project(parse_crn(crn)->instance);
  };
  effects.restored = [this](const std::string& crn) {
    notifications.suspend_instance(crn, false);
    secrets_manager.suspend_instance(crn, false);
    code_engine.resume_project(parse_crn(crn)->instance);
  };
  effects.new_api_key = [this](const std::string& name) { return iam.new_api_key(name); };
  effects.drop_api_key = [this](const std::string& value) { iam.drop_api_key(value); };
  resource_controller.set_effects(std::move(effects));
  code_engine.projects().use(rc::orders_at(resource_controller));
}

void Cloud::Impl::add_controls() {
  control.on("POST", "/iam/revoke-tokens", [this](const Request&, const Params&) {
    iam.revoke_tokens();
    return Response::empty(204);
  });
  control.on("POST", "/iam/compute-tokens", [this](const Request& request, const Params&) {
    return iam.control_compute_tokens(request);
  });
  control.on_clock_moved([this] {
    secrets_manager.expire();
    notifications.catch_up();
  });
  control.on("POST", "/flush", [this](const Request&, const Params&) {
    secrets_manager.expire();
    return Response::json(200, notifications.flush());
  });
  control.on("POST", "/notifications", [this](const Request& request, const Params&) {
    notifications.control_notifications(parse_json_object(request));
    return Response::empty(204);
  });
  control.on("POST", "/en/renew-signing-keys", [this](const Request&, const Params&) {
    notifications.renew_signing_keys();
    return Response::empty(204);
  });
  control.on("GET", "/deliveries", [this](const Request&, const Params&) {
    return Response::json(200, notifications.deliveries());
  });
}

void Cloud::Impl::add_code_engine_controls() {
  control.on("POST", "/ce/projects/{project_id}",
             [this](const Request& request, const Params& params) {
               return code_engine.control_project(request, params.at("project_id"));
             });
  control.on("POST", "/ce/projects/{project_id}/{collection}/{name}",
             [this](const Request& request, const Params& params) {
               return code_engine.control_document(request, params);
             });
  control.on("POST", "/ce/projects/{project_id}/cron/{name}",
             [this](const Request& request, const Params& params) {
               return code_engine.control_cron(request, params);
             });
  control.on("GET", "/logs",
             [this](const Request&, const Params&) { return Response::json(200, logs.list()); });
  control.on(
      "GET", "/logs/{project_id}/{collection}/{name}",
      [this](const Request& request, const Params& params) { return logs.show(request, params); });
}

// As somebody with the account's key would, before the port answers. Since nobody else has called
// yet, it leaves no journal.
void Cloud::Impl::play(const std::string& seed) {
  variables.merge(play_seed(seed, variables, [this, token = log_in()](const SeedCall& call) {
    Request request = to_request(call, world.address);
    request.headers.emplace_back("authorization", "Bearer " + token);
    return answer_at_once(std::move(request));
  }));
  journal.clear();
}

std::string Cloud::Impl::log_in() {
  Request request;
  request.method = "POST";
  request.aim("/iam/identity/token");
  request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  request.body = "grant_type=urn:ibm:params:oauth:grant-type:apikey&apikey=" + world.seed.api_key;
  return Json::parse(answer_at_once(std::move(request)).body).at("access_token");
}

// Apps may answer later than this function returns.
Response Cloud::Impl::answer_at_once(Request request) {
  const auto answer = std::make_shared<std::optional<Answer>>();
  gateway.handle(std::move(request), 0, [answer](Answer given) { *answer = std::move(given); });
  if (!*answer) throw std::runtime_error("an app cannot be called before the cloud is there");
  if ((*answer)->ending != Ending::kWhole) throw std::runtime_error("a fault took the answer");
  return std::move((*answer)->response);
}

Cloud::Cloud(const CloudOptions& options) : impl_(std::make_unique<Impl>(options)) {}

Cloud::~Cloud() = default;

std::uint16_t Cloud::port() const {
  return impl_->server.port();
}

std::string Cloud::url() const {
  return impl_->server.url();
}

std::string Cloud::ca_certificate() const {
  return impl_->certificates ? impl_->certificates->ca() : std::string{};
}

std::map<std::string, std::string> Cloud::environment() const {
  return impl_->variables;
}

}  // namespace localcloud
