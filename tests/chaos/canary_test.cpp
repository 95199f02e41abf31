#include <algorithm>
#include <csignal>
#include <iostream>
#include <sstream>

#include "tests/chaos/observer.h"
#include "tests/support/catch.h"

using namespace e2e;
using namespace chaos;

// Marked secrets go through every path; then everything the program has said is searched for them.
namespace {

constexpr const char* kViewToken = "view-token-canary-0123456789";
constexpr const char* kBearer = "token-canary-of-a-strange-iam-0123456789";
constexpr const char* kWrongKey = "wrong-api-key-canary-0123456789-0123456789ab";

class Canaries {
 public:
  // Half of it would be a leak, too.
  void add(const std::string& name, const std::string& secret) {
    marks_.emplace_back(name, secret.substr(0, std::min<std::size_t>(secret.size(), 20)));
    if (secret.size() >= 40)
      marks_.emplace_back(name + " (end)", secret.substr(secret.size() - 20));
  }
  void add_key(const std::string& name, const std::string& pem) {
    std::istringstream lines(pem);
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("-----", 0) != 0 && line.size() >= 20) add(name, line);
    }
  }
  void heard(const std::string& where, const std::string& text) {
    outputs_.emplace_back(where, text);
  }

  // "where: which", for each that got out.
  std::vector<std::string> leaks() const {
    std::vector<std::string> found;
    for (const auto& [where, text] : outputs_) {
      for (const auto& [name, mark] : marks_) {
        if (text.find(mark) != text.npos)
          found.push_back(where + ": " + name + " in " + context(text, mark));
      }
    }
    return found;
  }
  bool anybody_said(const std::string& word) const {
    return std::any_of(outputs_.begin(), outputs_.end(), [&](const auto& output) {
      return output.second.find(word) != output.second.npos;
    });
  }
  std::string summary() const {
    std::size_t bytes = 0;
    for (const auto& output : outputs_) bytes += output.second.size();
    return std::to_string(marks_.size()) + " marks, " + std::to_string(outputs_.size()) +
           " outputs of " + std::to_string(bytes) + " bytes";
  }

 private:
  static std::string context(const std::string& text, const std::string& mark) {
    const std::size_t at = text.find(mark);
    const std::size_t from = text.rfind('\n', at);
    return text.substr(from == text.npos ? 0 : from + 1, 300);
  }

  std::vector<std::pair<std::string, std::string>> marks_{};
  std::vector<std::pair<std::string, std::string>> outputs_{};
};

struct Scene {
  World world{};
  Pki pki{};
  Canaries canaries{};
  Certificate first = pki.issue("shop.example.com");
  Certificate second = pki.issue("shop.example.com");
  Certificate old = pki.issue("shop.example.com");
  std::string id = world.import_certificate("front", first);
  std::string api_key = world.environment().at("CERTLOOP_API_KEY");

  Scene() {
    put_in_place(world, "admin", "front-tls", old);
    world.map("storefront", id, {{"shop", "front-tls"}, {"admin", "front-tls"}});
    world.map_by_name("by-name", "front", {{"shop", "named-tls"}});
    world.write_mapping();
    canaries.add("API key", api_key);
    canaries.add("shared secret", kSharedSecret);
    canaries.add("view token", kViewToken);
    canaries.add("a strange IAM's token", kBearer);
    canaries.add("a refused API key", kWrongKey);
    canaries.add("a real token", "eyJ");  // how every JWT begins
    for (const Certificate* c : {&first, &second, &old})
      canaries.add_key("private key", c->private_key);
  }

  void command(const std::vector<std::string>& arguments) {
    const auto finished = world.certloop(arguments);
    std::string name = "certloop";
    for (const std::string& argument : arguments) name += " " + argument;
    canaries.heard(name, finished.output + finished.error);
  }

  // Every member that the program looks at, filled with what must not come out again.
  Json echo(const std::string& mark) const {
    const std::string all =
        mark + " " + api_key + " " + kSharedSecret + " " + kBearer + "\n" + second.private_key;
    return {{"errors", {{{"code", mark}, {"message", all}, {"more_info", all}}}},
            {"errorCode", mark},
            {"errorMessage", all},
            {"trace", mark},
            {"access_token", kBearer},
            {"expires_in", 3600},
            {"id", mark},
            {"secret_id", mark},
            {"secret_type", mark},
            {"state_description", mark},
            {"format", mark},
            {"entity_tag", mark},
            {"data", {{mark, second.private_key}, {"tls_key", second.private_key}}}};
  }
};

Scene& hear(Scene& scene, Controller& controller) {
  const Client viewer = Client(controller.url()).bearer(kViewToken);
  scene.canaries.heard("/v1/status", viewer.get("/v1/status").body);
  controller.process().signal(SIGTERM);
  controller.process().wait();
  scene.canaries.heard("log", controller.process().standard_error());
  scene.canaries.heard("stdout", controller.process().standard_output());
  return scene;
}

const std::vector<std::string> kAtDebug{"--log-level", "debug", "--run-deadline", "5s"};

// So that the controller never waits for a reader of its log.
void read_along(Controller& controller) {
  controller.process().wait_for_line([](const std::string&) { return false; },
                                     test_support::Milliseconds(0));
}

void rotate_and_notify(Scene& scene, Controller& controller, const Certificate& certificate) {
  scene.world.rotate(scene.id, certificate);
  scene.canaries.heard(
      "notification's answer",
      controller.client().post("/", notification("secret_rotated", {scene.id})).body);
}

}  // namespace

TEST_CASE("canary: no secret comes out of success, failure, status, plan, logs or errors") {
  Scene scene;
  const std::map<std::string, std::string> view{{"CERTLOOP_VIEW_TOKEN", kViewToken}};

  SECTION("success, with every call logged") {
    scene.command({"plan", "-o", "json", "--log-level", "debug"});
    scene.command({"plan", "--log-level", "debug"});
    Controller controller(scene.world, kAtDebug, view);
    REQUIRE(controller.log("reconciled", {"storefront", "ContentDiffers"}));
    rotate_and_notify(scene, controller, scene.second);
    for (const char* body : {"", "{", "[]", "\"x\""}) {
      scene.canaries.heard("a refused notification",
                           controller.client().send("POST", "/", {}, body + scene.api_key).body);
    }
    scene.canaries.heard("a stranger's answer",
                         Client(controller.url()).bearer(kBearer).post("/").body);
    scene.command({"status", "--url", controller.url(), "-o", "json"});
    scene.command({"sync", "--log-level", "debug"});
    scene.command({"sync", "--log-level", "debug", "--log-format", "text", "-o", "json"});
    scene.command({"validate", "-o", "json"});
    hear(scene, controller);
    // The search can find something: what is no secret is there.
    CHECK(scene.canaries.anybody_said(scene.second.serial));
    CHECK(scene.canaries.anybody_said("front-tls"));
  }
  SECTION("faults whose bodies echo everything") {
    std::size_t echoes = 0;
    Controller controller(scene.world, kAtDebug, view);
    REQUIRE(controller.log("reconciled", {"storefront", "ContentDiffers"}));
    for (const char* service : {"ce", "sm", "iam"}) {
      for (const std::string& mark :
           {scene.api_key, std::string(kSharedSecret), std::string(kBearer)}) {
        for (const int status : {200, 400, 401, 403, 404, 409, 412, 429, 500}) {
          Json fault{
              {"service", service}, {"count", -1}, {"status", status}, {"body", scene.echo(mark)}};
          scene.world.fault(fault);
          if (std::string(service) == "iam") scene.world.local().post("/iam/revoke-tokens");
          scene.canaries.heard(
              "notification's answer",
              controller.client().post("/", notification("secret_rotated", {scene.id})).body);
          scene.command({"status", "--url", controller.url(), "-o", "json"});
          if (status % 100 == 0 || fault["service"] == "iam")
            scene.command({"plan", "-o", "json", "--log-level", "debug"});
          end_faults(scene.world);
          read_along(controller);
          ++echoes;
        }
      }
    }
    hear(scene, controller);
    CHECK(scene.canaries.anybody_said("HTTP 403"));
    std::cout << "canary: " << echoes << " echoing faults\n";
  }
  SECTION("a refused API key") {
    Controller controller(scene.world, kAtDebug,
                          {
                              {"CERTLOOP_API_KEY", kWrongKey},
                              {"CERTLOOP_VIEW_TOKEN", kViewToken},
                          });
    hear(scene, controller);
  }
  SECTION("a mapping with secrets in the wrong places") {
    const std::string key = Json(scene.second.private_key).dump();  // a string in YAML, too
    const std::string head =
        "apiVersion: certloop.dev/v1\nkind: CertificateMapping\nmetadata: { name: x }\n";
    for (const std::string& text :
         {head + "spec: { apiKey: " + scene.api_key + ", privateKey: " + key + " }\n",
          head + "spec: { resync: " + scene.api_key + " }\n",
          head + "spec: { secretsManagers: { main: { url: " + key + " } } }\n",
          "kind: " + scene.api_key + "\n", scene.second.private_key, "? [" + key + "\n"}) {
      scene.world.folder().write("mapping.yaml", text);
      for (const char* command : {"validate", "plan", "sync"})
        scene.command({command, "-o", "json"});
      scene.command({"validate"});
      Controller controller(scene.world, kAtDebug, view);
      REQUIRE(controller.log("mapping refused"));
      hear(scene, controller);
    }
  }
  SECTION("secrets on the command line, where they do not belong") {
    for (const char* command : {"run", "sync", "plan", "status", "validate"}) {
      const auto said = [&](const std::vector<std::string>& arguments) {
        const auto finished = scene.world.certloop(arguments);
        scene.canaries.heard(command, finished.output + finished.error);
      };
      said({command, "--api-key", scene.api_key});
      said({command, "--api-key=" + scene.api_key});
      said({command, "--output=" + scene.api_key});
      said({command, scene.api_key});
    }
  }
  const auto leaks = scene.canaries.leaks();
  for (const std::string& leak : leaks) UNSCOPED_INFO(leak);
  CHECK(leaks.empty());
  std::cout << "canary: " << scene.canaries.summary() << ", " << leaks.size() << " leaks\n";
}
