#include "tests/e2e/world.h"
#include "tests/support/catch.h"

using namespace e2e;

namespace {

// One certificate to two targets in two projects, another one to a generic secret.
struct Shop {
  World world{};
  Pki pki{};
  Certificate front = pki.issue("shop.example.com");
  Certificate pay = pki.issue("pay.example.com");
  std::string front_id = world.import_certificate("front", front);
  std::string pay_id = world.import_certificate("pay", pay);

  Shop() {
    world.map("storefront", front_id, {{"shop", "front-tls"}, {"admin", "front-tls"}});
    world.map(
        "payments", pay_id,
        {{"shop", "pay-files",
          ", format: generic, data: { full.pem: fullchain, key.pem: privateKey, ca.pem: chain }"}});
    world.write_mapping();
  }
};

}  // namespace

TEST_CASE("plan, sync, plan, sync: exit 2, 0, 0, 0, and only the first sync writes") {
  Shop shop;
  const auto before = shop.world.certloop({"plan"});
  CHECK(before.code == 2);
  CHECK(before.output.find("3 to create, 0 to replace, 0 in sync, 0 held, 0 failed") !=
        std::string::npos);
  CHECK(shop.world.writes() == 0);

  const auto sync = shop.world.certloop({"sync"});
  CHECK(sync.code == 0);
  CHECK(sync.output.find("3 created") != std::string::npos);
  CHECK(shop.world.writes() == 3);

  const auto after = shop.world.certloop({"plan"});
  CHECK(after.code == 0);
  CHECK(after.output.find("3 in sync") != std::string::npos);
  CHECK(shop.world.certloop({"sync"}).code == 0);
  CHECK(shop.world.writes() == 3);
}

TEST_CASE("a tls target holds leaf and intermediate in this order, and the key") {
  Shop shop;
  REQUIRE(shop.world.certloop({"sync"}).code == 0);
  const Json data = shop.world.data_of("admin", "front-tls");
  CHECK(data.at("tls_cert") == shop.front.certificate + shop.front.intermediate);
  CHECK(data.at("tls_key") == shop.front.private_key);
}

TEST_CASE("a generic target holds the parts that the mapping names") {
  Shop shop;
  REQUIRE(shop.world.certloop({"sync"}).code == 0);
  const Json data = shop.world.data_of("shop", "pay-files");
  CHECK(data.at("full.pem") == shop.pay.certificate + shop.pay.intermediate);
  CHECK(data.at("ca.pem") == shop.pay.intermediate);
  CHECK(data.at("key.pem") == shop.pay.private_key);
  CHECK(data.size() == 3);
}

TEST_CASE("a target is written again only for what differs, and other people's keys stay") {
  Shop shop;
  REQUIRE(shop.world.certloop({"sync"}).code == 0);
  Json data = shop.world.data_of("shop", "pay-files");
  data["key.pem"] = "scribbled over";
  data["notes.txt"] = "somebody else's";
  shop.world.edit_by_hand("shop", "pay-files", data);
  const std::size_t before = shop.world.writes();

  const auto sync = shop.world.certloop({"sync"});
  CHECK(sync.code == 0);
  CHECK(shop.world.writes() == before + 1);
  const Json mended = shop.world.data_of("shop", "pay-files");
  CHECK(mended.at("key.pem") == shop.pay.private_key);
  CHECK(mended.at("notes.txt") == "somebody else's");
}

TEST_CASE("--only looks at one mapping; an unknown name is a failure") {
  Shop shop;
  const auto only = shop.world.certloop({"sync", "--only", "storefront"});
  CHECK(only.code == 0);
  CHECK(shop.world.writes() == 2);
  const auto unknown = shop.world.certloop({"sync", "--only", "warehouse"});
  CHECK(unknown.code == 1);
  CHECK(unknown.error.find("warehouse") != std::string::npos);
}

TEST_CASE("job instances share the mappings: together they write each target once") {
  Shop shop;
  auto environment = shop.world.environment();
  environment["JOB_ARRAY_SIZE"] = "2";
  for (const char* index : {"0", "1"}) {
    environment["JOB_INDEX"] = index;
    CHECK(test_support::run_to_end({CERTLOOP_BINARY, "sync"}, environment).code == 0);
  }
  CHECK(shop.world.writes() == 3);
}

TEST_CASE("a job index beyond the array is an error: nobody would look at its share") {
  Shop shop;
  auto environment = shop.world.environment();
  environment["JOB_ARRAY_SIZE"] = "3";
  for (const char* index : {"5", "-1", "one"}) {
    environment["JOB_INDEX"] = index;
    const auto sync = test_support::run_to_end({CERTLOOP_BINARY, "sync"}, environment);
    CHECK(sync.code == 1);
    CHECK(sync.error.find("JOB_INDEX") != std::string::npos);
  }
}

TEST_CASE("a job that a notification started looks at its secret only") {
  Shop shop;
  auto environment = shop.world.environment();
  environment["ibmendata"] = notification("secret_rotated", {shop.pay_id}).dump();
  CHECK(test_support::run_to_end({CERTLOOP_BINARY, "sync"}, environment).code == 0);
  CHECK(shop.world.writes() == 1);
  CHECK(shop.world.reads_of(shop.front_id) == 0);
}

TEST_CASE("one bad target fails the pass, names itself and does not stop the others") {
  Shop shop;
  shop.world.fault(
      {{"service", "ce"}, {"method", "POST"}, {"path", "*"}, {"count", 1}, {"status", 503}});
  const auto sync = shop.world.certloop({"sync", "--workers", "1"});
  CHECK(sync.code == 1);
  CHECK(sync.output.find("2 created, 0 replaced, 0 in sync, 0 held, 1 failed") !=
        std::string::npos);
  CHECK(sync.output.find("HTTP 503") != std::string::npos);
}

TEST_CASE("plan -o json tells action, reason and certificate, and nothing secret") {
  Shop shop;
  const auto plan = shop.world.certloop({"plan", "-o", "json"});
  const Json json = Json::parse(plan.output);
  CHECK(json.at("done") == false);
  CHECK(json.at("summary").at("create") == 3);
  const Json& storefront = json.at("mappings").at(1);
  CHECK(storefront.at("name") == "test/storefront");
  CHECK(storefront.at("certificate").at("serial") == shop.front.serial);
  CHECK(storefront.at("targets").at(0).at("reason") == "TargetMissing");
  CHECK(plan.output.find("PRIVATE KEY") == std::string::npos);
}

TEST_CASE("wrong credentials: exit 1, IAM's code is shown, the key is not") {
  Shop shop;
  auto environment = shop.world.environment();
  environment["CERTLOOP_API_KEY"] = "no-such-key-0123456789";
  const auto sync = test_support::run_to_end({CERTLOOP_BINARY, "sync"}, environment);
  CHECK(sync.code == 1);
  CHECK(sync.output.find("BXNIM0415E") != std::string::npos);
  CHECK((sync.output + sync.error).find("no-such-key") == std::string::npos);
  CHECK(shop.world.writes() == 0);
}

TEST_CASE("validate tells each fault with its place, offline") {
  const Folder folder;
  const std::string path = folder.write("bad.yaml",
                                        "apiVersion: certloop.dev/v1\n"
                                        "kind: CertificateMapping\n"
                                        "metadata: { name: bad }\n"
                                        "spec:\n"
                                        "  resync: 5s\n"
                                        "  secretsManagers:\n"
                                        "    main: { url: \"http://example.com\" }\n"
                                        "  projects:\n"
                                        "    shop: { id: not-a-uuid, region: eu-de }\n"
                                        "  mappings:\n"
                                        "    - name: one\n"
                                        "      from: { secretsManager: mian, id: "
                                        "0cf4addb-7a90-410b-a3a7-a15bbe2b7909 }\n"
                                        "      to: [ { proejct: shop, secret: x } ]\n");
  const auto result = test_support::run_to_end({CERTLOOP_BINARY, "validate", "-m", path});
  CHECK(result.code == 1);
  for (const char* place : {":5:", ":7:", ":9:", ":13:"}) {
    CAPTURE(place, result.error);
    CHECK(result.error.find("bad.yaml" + std::string(place)) != std::string::npos);
  }
  CHECK(result.error.find("project") != std::string::npos);
}

TEST_CASE("validate reads the CA certificates of a mapping, and tells what is none") {
  const Folder folder;
  const auto validate = [&](const std::string& pem) {
    std::string indented;
    std::istringstream lines(pem);
    for (std::string line; std::getline(lines, line);) indented += "          " + line + "\n";
    const std::string path = folder.write(
        "issued.yaml",
        "apiVersion: certloop.dev/v1\n"
        "kind: CertificateMapping\n"
        "metadata: { name: issued }\n"
        "spec:\n"
        "  secretsManagers: { main: { url: \"https://sm.example.com\" } }\n"
        "  projects: { shop: { id: 15314cc3-85b4-4338-903f-c28cdee6d005, region: eu-de } }\n"
        "  mappings:\n"
        "    - name: one\n"
        "      from: { secretsManager: main, id: 0cf4addb-7a90-410b-a3a7-a15bbe2b7909 }\n"
        "      to: [ { project: shop, secret: x } ]\n"
        "      require:\n"
        "        issuedBy: |\n" +
            indented);
    return test_support::run_to_end({CERTLOOP_BINARY, "validate", "-m", path});
  };
  const auto root = test_pki::Authority::self_signed({.name = "Root"});
  const auto good = validate(root.certificate());
  CAPTURE(good.error);
  CHECK(good.code == 0);
  const auto leaf = validate(root.issue({.dns_names = {"a.example"}}).certificate());
  CHECK(leaf.code == 1);
  CHECK(leaf.error.find("issued.yaml:12:19: issuedBy holds a certificate that is no CA's (") !=
        std::string::npos);
  const auto words = validate("no PEM");
  CHECK(words.code == 1);
  CHECK(words.error.find("issued.yaml:12:19: issuedBy must be certificates in PEM form (") !=
        std::string::npos);
}

TEST_CASE("usage errors and missing choices are exit 1 with a sentence on stderr") {
  const std::vector<std::vector<std::string>> wrong{
      {},        {"sing"}, {"plan"}, {"plan", "-m", "x", "--workers", "0"}, {"run", "-m", "x"},
      {"status"}};
  for (auto arguments : wrong) {
    arguments.insert(arguments.begin(), CERTLOOP_BINARY);
    const auto result = test_support::run_to_end(arguments);
    CAPTURE(arguments.size(), result.error);
    CHECK(result.code == 1);
    CHECK_FALSE(result.error.empty());
  }
  CHECK(test_support::run_to_end({CERTLOOP_BINARY, "version"}).output.rfind("certloop ", 0) == 0);
  CHECK(test_support::run_to_end({CERTLOOP_BINARY, "--help"}).code == 0);
}
