#pragma once
#include <string>

#include "hack/localcloud/frame/world.h"

namespace localcloud::ce {

// What is particular to one kind of document in a project. Everything else (names, entity tags,
// lists, quotas) is the same for all and lives in Documents.
class DocumentKind {
 public:
  virtual ~DocumentKind() = default;
  virtual std::string collection() const = 0;  // "secrets": path segment and member of the list
  // Members of a new document beyond the common ones. Throws Refusal.
  virtual Json create(const Json& body) = 0;
  // The same for a replacement of `current`.
  virtual Json replace(const Json& current, const Json& body) = 0;
  // The query of a list as it goes into hrefs ("&format=tls"). Throws Refusal on a bad one.
  virtual std::string filters(const Request& request) const = 0;
  // Whether a list shows the document; may take members away that lists do not show.
  virtual bool list(Json& document, const Request& request) const = 0;
};

class SecretKind : public DocumentKind {
 public:
  explicit SecretKind(World& world);
  std::string collection() const override { return "secrets"; }
  Json create(const Json& body) override;
  Json replace(const Json& current, const Json& body) override;
  std::string filters(const Request& request) const override;
  bool list(Json& document, const Request& request) const override;

 private:
  Json service_access(const Json& body);
  Json service_operator(const Json& body);
  Json checked_data(const std::string& format, const Json& body) const;

  World& world_;
};

class ConfigMapKind : public DocumentKind {
 public:
  std::string collection() const override { return "config_maps"; }
  Json create(const Json& body) override;
  Json replace(const Json& current, const Json& body) override;
  std::string filters(const Request&) const override { return {}; }
  bool list(Json&, const Request&) const override { return true; }
};

}  // namespace localcloud::ce
