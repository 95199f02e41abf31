#include <algorithm>

#include "hack/localcloud/sm/engine.h"
#include "hack/localcloud/sm/page.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/routes.h"

namespace localcloud::sm {
namespace {

constexpr std::size_t kMostOfAKind = 10;
constexpr char kTypeHeader[] = "x-sm-accept-configuration-type";

std::string secret_type_of(const std::string& type) {
  for (const char* secret_type :
       {"public_cert", "private_cert", "iam_credentials", "custom_credentials"}) {
    if (type.rfind(secret_type, 0) == 0) return secret_type;
  }
  return "";
}

// The routes with the engines behind them; the router's handlers share one.
class Desk {
 public:
  explicit Desk(Instance& instance) : instance_(instance) {
    Configurations& all = instance.configurations;
    engines_.emplace(kRootCa, make_root_ca(instance.world, all));
    engines_.emplace(kIntermediateCa, make_intermediate_ca(instance.world, all));
    engines_.emplace(kTemplate, make_template(all));
    engines_.emplace(kLetsEncrypt, make_lets_encrypt());
    engines_.emplace(kInternetServices, make_internet_services());
    engines_.emplace(kClassic, make_classic());
    engines_.emplace(kIamCredentials, make_iam_engine());
    engines_.emplace(kCustomCredentials, make_custom_engine());
  }

  Response create(const Request& request) {
    const Json body = parse_json_object(request);
    const Fields fields(body);
    const std::string type = fields.text("config_type", {1, 128});
    if (!engines_.contains(type)) refuse(400, "'config_type' is not one of its known values.");
    Configuration made{.name = fields.name("name", {2, 128}),
                       .type = type,
                       .created_at = instance_.now(),
                       .updated_at = instance_.now()};
    require_room(made);
    engines_.at(type)->create(made, fields);
    auto& all = instance_.configurations.all;
    const auto at = all.emplace(std::make_pair(made.name, type), made).first;
    return Response::json(201, view(at->second, true));
  }

  Response list(const Request& request) const {
    const Page page = read_page(instance_, request);
    const Sort sort = read_sort(request, {"config_type", "secret_type", "name"}, "config_type");
    const std::string search = read_search(request);
    const auto types = read_list(request, "secret_types", 9);
    std::vector<std::pair<std::string, const Configuration*>> keyed;
    for (const auto& [key, one] : instance_.configurations.all) {
      const std::string secret_type = secret_type_of(one.type);
      if (!types.empty() && !contains(types, secret_type)) continue;
      if (!found_in(instance_, {one.name, one.type, secret_type}, search)) continue;
      keyed.emplace_back(
          sort.by == "name" ? one.name : (sort.by == "secret_type" ? secret_type : one.type), &one);
    }
    std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& left, const auto& right) {
      return sort.descending ? right.first < left.first : left.first < right.first;
    });
    return Response::json(200,
                          page_of(request, page, "configurations", keyed.size(),
                                  [&](std::size_t i) { return view(*keyed[i].second, false); }));
  }

  Response get(const Request& request, const std::string& name) const {
    return Response::json(200, view(find(request, name), true));
  }

  Response patch(const Request& request, const std::string& name) {
    Configuration& found = find(request, name);
    Engine& engine = *engines_.at(found.type);
    const Json body = parse_json_object(request);
    const auto members = engine.patchable();
    for (const auto& [member, value] : body.items()) {
      if (!contains(members, member)) {
        refuse(400, "This configuration has no '" + member + "' that can be changed.");
      }
    }
    Configuration changed = found;
    engine.patch(changed, Fields(body));
    changed.updated_at = instance_.now();
    found = std::move(changed);
    return Response::json(200, view(found, true));
  }

  Response erase(const Request& request, const std::string& name) {
    const Configuration& found = find(request, name);
    if (is_used(found)) refuse(400, "The configuration is still in use.");
    instance_.configurations.all.erase({std::string(found.name), std::string(found.type)});
    return Response::empty(204);
  }

  Response act(const Request& request, const std::string& name) {
    Configuration& found = find(request, name);
    const Json body = parse_json_object(request);
    const Fields fields(body);
    const std::string action = fields.text("action_type", {1, 128});
    return Response::json(201, engines_.at(found.type)->act(found, action, fields));
  }

 private:
  void require_room(const Configuration& made) const {
    const auto& all = instance_.configurations.all;
    if (all.contains({made.name, made.type})) {
      refuse(400, "A configuration with the same name already exists: " + made.name);
    }
    const auto count = std::count_if(all.begin(), all.end(),
                                     [&](const auto& one) { return one.second.type == made.type; });
    if (static_cast<std::size_t>(count) >= kMostOfAKind) {
      refuse(400, "The number of configurations of this type reached the maximum.");
    }
  }

  // By name, and by the type of the header when the name alone is not enough.
  Configuration& find(const Request& request, const std::string& name) const {
    const std::string type = request.header(kTypeHeader);
    Configuration* found = nullptr;
    for (auto& [key, one] : instance_.configurations.all) {
      if (one.name != name || (!type.empty() && one.type != type)) continue;
      if (found != nullptr) {
        refuse(300, "Several configurations have this name: tell its type in the header.");
      }
      found = &one;
    }
    if (found == nullptr) refuse(404, "There is no configuration with this name.");
    return *found;
  }

  bool is_used(const Configuration& it) const {
    const auto& configurations = instance_.configurations.all;
    const auto names = [&](const Json& about, const char* member) {
      return about.value(member, "") == it.name;
    };
    const bool below =
        std::any_of(configurations.begin(), configurations.end(), [&](const auto& one) {
          const Configuration& other = one.second;
          return (it.type == kIntermediateCa && names(other.shown, "certificate_authority")) ||
                 ((it.type == kRootCa || it.type == kIntermediateCa) &&
                  other.type == kIntermediateCa && names(other.shown, "issuer"));
        });
    return below ||
           std::any_of(instance_.secrets.begin(), instance_.secrets.end(), [&](const auto& one) {
             const Json& own = one.second.own;
             return (it.type == kTemplate && names(own, "certificate_template")) ||
                    (it.type == kCustomCredentials && names(own, "configuration"));
           });
  }

  Json view(const Configuration& it, bool alone) const {
    Json shown{{"name", it.name},
               {"config_type", it.type},
               {"secret_type", secret_type_of(it.type)},
               {"created_by", kCaller},
               {"created_at", rfc3339(it.created_at)},
               {"updated_at", rfc3339(it.updated_at)}};
    shown.update(it.shown);
    if (alone) shown.update(it.details);
    engines_.at(it.type)->complete(it, shown, alone);
    return shown;
  }

  Instance& instance_;
  Engines engines_{};
};

}  // namespace

void add_configuration_routes(Router& router, Instance& instance) {
  const std::string all = "/api/v2/configurations";
  const std::string one = all + "/{name}";
  const auto desk = std::make_shared<Desk>(instance);
  router.on("POST", all,
            [desk](const Request& request, const Params&) { return desk->create(request); });
  router.on("GET", all,
            [desk](const Request& request, const Params&) { return desk->list(request); });
  router.on("GET", one, [desk](const Request& request, const Params& params) {
    return desk->get(request, params.at("name"));
  });
  router.on("PATCH", one, [desk](const Request& request, const Params& params) {
    return desk->patch(request, params.at("name"));
  });
  router.on("DELETE", one, [desk](const Request& request, const Params& params) {
    return desk->erase(request, params.at("name"));
  });
  router.on("POST", one + "/actions", [desk](const Request& request, const Params& params) {
    return desk->act(request, params.at("name"));
  });
}

}  // namespace localcloud::sm
