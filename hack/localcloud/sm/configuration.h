#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hack/localcloud/sm/issuing.h"
#include "hack/localcloud/sm/model.h"

// What the engines behind the secrets are told: authorities, templates, accounts.
namespace localcloud::sm {

inline constexpr char kRootCa[] = "private_cert_configuration_root_ca";
inline constexpr char kIntermediateCa[] = "private_cert_configuration_intermediate_ca";
inline constexpr char kTemplate[] = "private_cert_configuration_template";
inline constexpr char kLetsEncrypt[] = "public_cert_configuration_ca_lets_encrypt";
inline constexpr char kInternetServices[] = "public_cert_configuration_dns_cloud_internet_services";
inline constexpr char kClassic[] = "public_cert_configuration_dns_classic_infrastructure";
inline constexpr char kIamCredentials[] = "iam_credentials_configuration";
inline constexpr char kCustomCredentials[] = "custom_credentials_configuration";

struct Revocation {
  std::string serial_number{};  // "0a:1b:2c"
  Time at{};
};

struct Configuration {
  std::string name{};
  std::string type{};
  Time created_at{};
  Time updated_at{};
  Json shown = Json::object();    // in lists and alone
  Json details = Json::object();  // alone only
  // Authorities only. Without a certificate yet, an intermediate has a request.
  Authority authority{};
  std::string csr{};
  std::optional<Time> expires{};
  std::optional<Time> revoked{};
  std::vector<Revocation> revocations{};  // of certificates that it signed with its present key
};

// By name and type: two configurations of different types may share a name.
class Configurations {
 public:
  using All = std::map<std::pair<std::string, std::string>, Configuration>;

  Configuration* find(const std::string& name, const std::string& type) {
    const auto at = all.find({name, type});
    return at == all.end() ? nullptr : &at->second;
  }

  std::string instance_url{};  // of the instance that has them, without /api
  All all{};
};

}  // namespace localcloud::sm
