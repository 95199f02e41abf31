#pragma once
#include <string>
#include <utility>

#include "hack/localcloud/ce/names.h"
#include "hack/localcloud/ce/projects.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::ce {

// Where a document lives.
struct Place {
  Project& project;
  std::string region_url{};  // ".../ce/eu-de/v2"
  std::string url{};         // of the collection, for hrefs
  Params params{};           // of the path
};

// What makes one kind of document different from the others in general.
struct Form {
  std::string collection{};          // shelf, last part of the path and member of the list
  std::string resource_type{};       // empty: create() says it
  const NameRule* rule = &kDnsName;  // nullptr: it has no name, its key is its id
  std::size_t quota = 100;           // documents of a project
  int created_status = 201;
  bool tagged = true;  // has an entity tag, and If-Match is asked for
};

// What is particular to one kind of document in a project. Everything else (names, entity tags,
// lists, quotas) is the same for all and lives in Documents. All members may throw Refusal.
class DocumentKind {
 public:
  explicit DocumentKind(Form form) : form_(std::move(form)) {}
  virtual ~DocumentKind() = default;
  DocumentKind(const DocumentKind&) = delete;
  DocumentKind& operator=(const DocumentKind&) = delete;

  const Form& form() const { return form_; }

  // Members of a new document beyond the common ones.
  virtual Json create(const Json& body, const Place& place) = 0;
  // The same after a PUT or PATCH. Members of `current` that are not among them stay, unless they
  // are null.
  virtual Json change(const Json& current, const Json& body, const Place& place);
  // The name for a body without one; the standard refuses that.
  virtual std::string generated_name(const Json& body, const Place& place) const;
  // What follows once the document is kept. `before` is null for a new one.
  virtual void kept(const Json& /*before*/, const Json& /*document*/, const Place& /*place*/) {}
  // Before it is erased: refuses, or takes away what goes with it.
  virtual void erasing(const Json& /*document*/, const Request& /*request*/,
                       const Place& /*place*/) {}
  // Whether it takes from the quota.
  virtual bool counts(const Json& /*document*/) const { return true; }
  // Whether the path leads to it (an app's revision is not reached through another app).
  virtual bool reached(const Json& /*document*/, const Place& /*place*/) const { return true; }
  // Members that depend on others, written at every look.
  virtual void show(Json& /*document*/, const Place& /*place*/) const {}
  // The query of a list as it goes into hrefs ("&format=tls").
  virtual std::string filters(const Request& /*request*/) const { return {}; }
  // Whether a list shows the document; may take members away that lists do not show.
  virtual bool listed(Json& /*document*/, const Request& /*request*/,
                      const Place& /*place*/) const {
    return true;
  }

 private:
  Form form_;
};

}  // namespace localcloud::ce
