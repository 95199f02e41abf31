#pragma once
#include <string>
#include <vector>

#include "hack/localcloud/iam/refusal.h"
#include "hack/localcloud/iam/roles.h"

namespace localcloud::iam {

struct Attribute {
  std::string key{};
  std::string comparison = "stringEquals";  // "operator" in the API
  Json value{};

  bool operator==(const Attribute&) const = default;
};

// An access or authorization policy, whichever API it came by.
struct Policy {
  std::string id{};
  std::string type{};
  std::string state = "active";
  std::string etag{};
  std::string description{};
  std::vector<Attribute> subject{};
  std::vector<Attribute> resource{};
  std::vector<Attribute> tags{};     // of the resource
  std::vector<std::string> roles{};  // CRNs
  Json pattern{};                    // v2 only, kept as sent
  Json rule{};                       // likewise
  std::string created_at{};
  std::string modified_at{};
  std::string author{};
  Time visible_from{};

  // Whether everything that `other` grants is granted by this one too.
  bool covers(const Policy& other) const;
  bool equals(const Policy& other) const { return covers(other) && other.covers(*this); }
};

enum class Version { kV1, kV2 };

// The content of a policy; id, dates and so on are the caller's. Throws Refusal.
Policy parse_policy(const Json& body, Version version, const Switches& switches);
// As the API of the version answers it; `url` is its href.
Json policy_view(const Policy& policy, Version version, const std::string& url,
                 const Switches& switches);

// Value of the resource's or the subject's attribute, if it is a text; else "".
std::string attribute_of(const std::vector<Attribute>& attributes, const std::string& key);

}  // namespace localcloud::iam
