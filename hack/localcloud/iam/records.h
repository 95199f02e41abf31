#pragma once
#include <string>
#include <vector>

#include "hack/localcloud/frame/world.h"
#include "hack/localcloud/iam/refusal.h"

// What API keys, service ids, trusted profiles, links and rules have in common: documents with an
// id, an entity tag and dates, changed under If-Match.
namespace localcloud::iam {

using Records = std::vector<Json>;

// Adds id, entity_tag, created_at and modified_at.
Json& add_record(Records& records, const std::string& id, Json content, World& world);

// Throws Refusal with 404; `kind` is for its message.
Json& find_record(Records& records, const std::string& id, const std::string& kind);
const Json* find_by(const Records& records, const std::string& member, const std::string& value);
void erase_record(Records& records, const std::string& id, const std::string& kind);

// Throws Refusal unless If-Match is the record's tag or "*".
void check_tag(const Request& request, const std::string& tag, const World& world);
void touch(Json& record, World& world);  // a new tag, modified now

// The members of `names` out of a body: texts of at most 1,024 characters. Throws Refusal.
Json texts_of(const Json& body, std::initializer_list<const char*> names);
std::string required_text(const Json& body, const std::string& name);

// One page by pagesize and pagetoken, with the URLs that the identity API answers.
Response record_page(const Request& request, const std::string& name, const Records& found,
                     const World& world);

void declare_record_switches(Switches& switches);

}  // namespace localcloud::iam
