#include <filesystem>
#include <fstream>

#include "tests/localcloud/signed_in.h"
#include "tests/support/catch.h"

using cloud_client::Client;
using cloud_client::Json;

namespace {

// A seed in a folder of its own, with files beside it.
class SeedFolder {
 public:
  SeedFolder() {
    std::string name = std::filesystem::temp_directory_path() / "localcloud-seed-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
    path_ = name;
  }
  ~SeedFolder() { std::filesystem::remove_all(path_); }
  SeedFolder(const SeedFolder&) = delete;
  SeedFolder& operator=(const SeedFolder&) = delete;

  std::string put(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name) << content;
    return path_ / name;
  }
  localcloud::CloudOptions options(const std::string& seed) const {
    localcloud::CloudOptions result;
    result.seed = put("seed.json", seed);
    return result;
  }

 private:
  std::filesystem::path path_{};
};

constexpr char kShop[] = R"([
  // what the shop needs
  {"call": "POST ${SECRETS_MANAGER_URL}/api/v2/secret_groups", "body": {"name": "shop"}, "save": "group"},
  {"call": "POST ${SECRETS_MANAGER_URL}/api/v2/secrets", "save": "note",
   "body": {"name": "note", "secret_type": "arbitrary", "secret_group_id": "${group.id}",
            "payload": "${file:note.txt}", "labels": ["for ${group.name}"]},
   "env": {"NOTE_ID": "${note.id}", "NOTE_URL": "${SECRETS_MANAGER_URL}/api/v2/secrets/${note.id}"}},
  {"call": "POST ${CODE_ENGINE_URL}/projects/${LOCALCLOUD_PROJECT_A}/config_maps",
   "body": {"name": "words", "data": {"group": "${group.id}"}}, "save": "words"},
  {"call": "PUT ${CODE_ENGINE_URL}/projects/${LOCALCLOUD_PROJECT_A}/config_maps/words",
   "headers": {"If-Match": "${words.entity_tag}"},
   "body": {"data": {"group": "${words.data.group}!"}}},
  {"call": "GET ${NOTE_URL}"},
  {"call": "POST ${LOCALCLOUD_URL}/_local/switches", "body": {"ce_project_start_ms": 7}}
])";

}  // namespace

TEST_CASE("the calls of a seed are made before anybody else's, with what earlier ones answered") {
  const SeedFolder folder;
  folder.put("note.txt", "from the file");
  const SignedIn at(folder.options(kShop));
  const auto note = Client(at.names.at("NOTE_URL")).bearer(at.token).get("").json();
  CHECK(note.at("id") == at.names.at("NOTE_ID"));
  CHECK(note.at("payload") == "from the file");
  CHECK(note.at("labels") == Json::array({"for shop"}));
  const auto words = at.project.get("/config_maps/words").json();
  CHECK(words.at("data").at("group") == note.at("secret_group_id").get<std::string>() + "!");
  CHECK(at.control.get("/switches").json().at("ce_project_start_ms").at("value") == 7);
}

TEST_CASE("a seed leaves no journal") {
  const SeedFolder folder;
  folder.put("note.txt", "from the file");
  const localcloud::Cloud cloud(folder.options(kShop));
  CHECK(Client(cloud.url()).get("/_local/journal").json().at("entries").empty());
}

TEST_CASE("a seed that cannot be played ends the cloud, with the call and the reason") {
  struct Row {
    const char* name;
    const char* seed;
    const char* place;
    const char* reason;
  };
  const auto row = GENERATE(
      Row{"no JSON", "[\n{]", "seed.json: ", "line 2"},
      Row{"no array", "{}", "seed.json: ", "array of calls"},
      Row{"no call", R"([{"body": {}}])", "call 1", "call"},
      Row{"no object", "[7]", "call 1", "no object"},
      Row{"a member too many", R"([{"call": "GET ${LOCALCLOUD_URL}/_local/clock", "sav": "x"}])",
          "call 1", "\"sav\""},
      Row{"without a method", R"([{"call": "${LOCALCLOUD_URL}/_local/clock"}])", "call 1",
          "METHOD URL"},
      Row{"to somebody else", R"([{"call": "GET http://127.0.0.1:1/x"}])", "call 1",
          "no address of this cloud"},
      Row{"a name that is not there", R"([{"call": "GET ${NOBODY}/x"}])", "call 1", "NOBODY"},
      Row{"a reference without an end", R"([{"call": "GET ${LOCALCLOUD_URL/x"}])", "call 1",
          "without"},
      Row{"a file that is not there",
          R"([{"call": "POST ${LOCALCLOUD_URL}/_local/clock", "body": "${file:none.txt}"}])",
          "call 1", "none.txt"},
      Row{"an answer that says no",
          R"([{"call": "GET ${LOCALCLOUD_URL}/_local/clock"},
              {"call": "GET ${CODE_ENGINE_URL}/projects/none"}])",
          "call 2", "404"},
      Row{"an answer that a fault takes",
          R"([{"call": "POST ${LOCALCLOUD_URL}/_local/faults", "body": {"service": "sm", "reset": true}},
              {"call": "GET ${SECRETS_MANAGER_URL}/api/v2/secret_groups"}])",
          "call 2", "fault"},
      Row{"a variable that is there",
          R"([{"call": "GET ${LOCALCLOUD_URL}/_local/clock", "env": {"CODE_ENGINE_URL": "x"}}])",
          "call 1", "CODE_ENGINE_URL"},
      Row{"an answer saved under a variable's name",
          R"([{"call": "GET ${LOCALCLOUD_URL}/_local/clock", "save": "CODE_ENGINE_URL"}])",
          "call 1", "CODE_ENGINE_URL"},
      Row{"a name that begins with a digit",
          R"([{"call": "GET ${LOCALCLOUD_URL}/_local/clock", "env": {"1X": "x"}}])", "call 1",
          "shells"},
      Row{"an answer without a body to save",
          R"([{"call": "POST ${LOCALCLOUD_URL}/_local/iam/revoke-tokens", "save": "x"}])", "call 1",
          "nothing to save"},
      Row{"a variable that shells would read wrongly",
          R"json([{"call": "GET ${LOCALCLOUD_URL}/_local/clock", "env": {"X": "$(reboot)"}}])json",
          "call 1", "shells"},
      Row{"a name that is no variable's",
          R"([{"call": "GET ${LOCALCLOUD_URL}/_local/clock", "env": {"a b": "1"}}])", "call 1",
          "shells"});
  INFO(row.name);
  const SeedFolder folder;
  std::string message;
  try {
    localcloud::Cloud cloud(folder.options(row.seed));
  } catch (const std::runtime_error& error) {
    message = error.what();
  }
  INFO(message);
  CHECK(message.find(row.place) != std::string::npos);
  CHECK(message.find(row.reason) != std::string::npos);
}

TEST_CASE("a seed that is too deep is refused") {
  const SeedFolder folder;
  // It ends well, so that nothing but its depth is wrong.
  const std::string deep = std::string(1'000, '[') + std::string(1'000, ']');
  CHECK_THROWS_WITH(localcloud::Cloud(folder.options(deep)), Catch::Contains("is too deep"));
}
