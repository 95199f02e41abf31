#pragma once
#include <string>
#include <utility>
#include <vector>

#include "api/v1/binding.h"

// Bindings for tests: a test names what matters to it and takes the rest from here.
namespace certloop::test {

inline v1::Source source_by_id(std::string id = "0cf4addb-7a90-410b-a3a7-a15bbe2b7909") {
  v1::Source source;
  source.manager = v1::Service{"main", {"https://secrets.example", {}}, ""};
  source.id = std::move(id);
  return source;
}

inline v1::Source source_by_name(std::string name, std::string group = "default",
                                 v1::SecretType type = v1::SecretType::imported_cert) {
  v1::Source source = source_by_id("");
  source.group = std::move(group);
  source.type = type;
  source.name = std::move(name);
  return source;
}

inline v1::Target tls_target(std::string secret = "storefront-tls",
                             const std::string& project = "shop") {
  v1::Target target;
  target.project = v1::Service{project, {"https://code.example/v2", {}}, "id-of-" + project};
  target.secret = std::move(secret);
  target.format = v1::Format::tls;
  target.data = v1::Parts{{"tls_cert", v1::Part::fullchain}, {"tls_key", v1::Part::private_key}};
  return target;
}

inline v1::Target generic_target(v1::Parts data, std::string secret = "storefront-files") {
  v1::Target target = tls_target(std::move(secret));
  target.format = v1::Format::generic;
  target.data = std::move(data);
  return target;
}

inline v1::Binding binding_of(std::string id = "shop/storefront",
                              std::vector<v1::Target> targets = {tls_target()},
                              v1::Source source = source_by_id()) {
  v1::Binding binding;
  binding.id = std::move(id);
  binding.source = std::move(source);
  binding.targets = std::move(targets);
  return binding;
}

}  // namespace certloop::test
