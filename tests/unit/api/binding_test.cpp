#include "api/v1/binding.h"

#include <algorithm>

#include "api/v1/mapping_yaml.h"
#include "tests/support/catch.h"
#include "tests/unit/api/texts.h"

using namespace certloop::v1;
using certloop::v1::testing::kFull;
using certloop::v1::testing::print;
using certloop::v1::testing::with;

namespace {

using Bindings = tl::expected<std::vector<Binding>, std::vector<Fault>>;

Bindings resolve_texts(const std::vector<SourceText>& texts, const ResolveOptions& options = {}) {
  const auto documents = parse_mappings(texts);
  if (!documents) throw std::logic_error(print(documents.error()));
  return resolve(*documents, options);
}

std::string faults_of(const std::vector<SourceText>& texts) {
  const auto bindings = resolve_texts(texts);
  return bindings ? "no fault" : print(bindings.error());
}

std::string faults_of(const std::string& text) {
  return faults_of({{"shop.yaml", text}});
}

std::string url_of_shop(const ResolveOptions& options) {
  return resolve_texts({{"shop.yaml", kFull}}, options)->back().targets[0].project->endpoint.url;
}

}  // namespace

TEST_CASE("what is wrong with a CA's certificate is told where it stands") {
  std::string asked;
  ResolveOptions options;
  options.fault_of_authorities = [&](const std::string& pem) {
    asked += pem;
    return std::string("holds a block that is no certificate");
  };
  const auto bindings = resolve_texts({{"shop.yaml", kFull}}, options);
  REQUIRE_FALSE(bindings);
  CHECK(print(bindings.error()) ==
        "shop.yaml:42:19: issuedBy holds a block that is no certificate (it takes the certificates "
        "of one or several CAs)\n");
  // The mapping without `issuedBy` is not asked about.
  CHECK(asked == "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n");
  options.fault_of_authorities = [](const std::string&) { return std::string(); };
  CHECK(resolve_texts({{"shop.yaml", kFull}}, options));
}

TEST_CASE("bindings carry everything they need, sorted by id") {
  const auto bindings = resolve_texts({{"shop.yaml", kFull}});
  REQUIRE(bindings);
  REQUIRE(bindings->size() == 2);

  const Binding& payments = (*bindings)[0];
  CHECK(payments.id == "shop/payments");
  CHECK(payments.source.id.empty());
  CHECK(payments.source.group == "payments");
  CHECK(payments.source.type == SecretType::public_cert);
  CHECK(payments.source.name == "payments-cert");
  CHECK(payments.resync == std::chrono::minutes(90));
  CHECK(payments.require->dns_names.size() == 2);
  CHECK(payments.ownership == Ownership{OnExisting::adopt_if_equal, Drift::report, true});
  CHECK(payments.targets.at(0).data ==
        Parts{{"fullchain.pem", Part::fullchain}, {"privkey.pem", Part::private_key}});

  const Binding& storefront = (*bindings)[1];
  CHECK(storefront.id == "shop/storefront");
  CHECK(storefront.source.manager->name == "main");
  CHECK(storefront.source.manager->id == "7c2e1f0a-5b3d-4c69-8a17-d9e04b6f2c58");
  CHECK(storefront.source.manager->endpoint.credentials == Credentials{"", "/run/key"});
  REQUIRE(storefront.targets.size() == 2);
  const Target& shop = storefront.targets[0];
  CHECK(display_name(shop) == "shop/storefront-tls");
  CHECK(shop.project->endpoint ==
        Endpoint{"https://api.eu-de.codeengine.cloud.ibm.com/v2", Credentials{}});
  CHECK(shop.project->id == "15314cc3-85b4-4338-903f-c28cdee6d005");
  CHECK(shop.data == Parts{{"tls_cert", Part::fullchain}, {"tls_key", Part::private_key}});
  CHECK(storefront.targets[1].project->endpoint ==
        Endpoint{"http://127.0.0.1:8080/ce/eu-gb/v2", Credentials{"certloop admin", ""}});
}

TEST_CASE("what bindings say alike is there once, what they say differently is not") {
  const std::string id = "0cf4addb-7a90-410b-a3a7-a15bbe2b7909";
  const std::string from = "{ secretsManager: main, id: " + id + " }";
  const auto bindings = resolve_texts({{"shop.yaml", R"(apiVersion: certloop.dev/v1
kind: CertificateMapping
metadata: { name: shop }
spec:
  secretsManagers:
    main: { url: "https://sm.example" }
  projects:
    shop: { id: 15314cc3-85b4-4338-903f-c28cdee6d005, region: eu-de }
  mappings:
    - { name: a, from: )" + from + R"(, to: [ { project: shop, secret: a } ] }
    - { name: b, from: )" + from + R"(, to: [ { project: shop, secret: b } ] }
    - name: c
      from: )" + from + R"(
      to: [ { project: shop, secret: c, format: generic, data: { cert: certificate } } ]
      require: { validFor: 24h }
)"}});
  REQUIRE(bindings);
  const Binding& a = bindings->at(0);
  const Binding& b = bindings->at(1);
  const Binding& c = bindings->at(2);
  CHECK(&*a.source.manager == &*b.source.manager);
  CHECK(&*a.targets[0].project == &*c.targets[0].project);
  CHECK(&*a.targets[0].data == &*b.targets[0].data);
  CHECK(&*a.require == &*b.require);
  CHECK(a.require != c.require);
  CHECK(a.targets[0].data != c.targets[0].data);
}

TEST_CASE("projects of the home region use its address, others do not") {
  const std::string home = "https://api.private.eu-de.codeengine.cloud.ibm.com";
  CHECK(url_of_shop({"eu-de", home}) == home + "/v2");
  CHECK(url_of_shop({"eu-de", home + "/"}) == home + "/v2");
  CHECK(url_of_shop({"eu-de", home + "/v2"}) == home + "/v2");
  CHECK(url_of_shop({"eu-de", home + "/v2/"}) == home + "/v2");
  const std::string own = "https://api.eu-de.codeengine.cloud.ibm.com/v2";
  CHECK(url_of_shop({"us-south", home}) == own);
  CHECK(url_of_shop({"eu-de", ""}) == own);
  CHECK(url_of_shop({"", home}) == own);
  const auto bindings = resolve_texts(
      {{"shop.yaml",
        with(kFull, "      url: http://127", "      region: eu-de\n      url: http://127")}},
      {"eu-de", home});
  REQUIRE(bindings);
  CHECK(bindings->back().targets[1].project->endpoint.url == "http://127.0.0.1:8080/ce/eu-gb/v2");
}

TEST_CASE("unknown names come with the nearest known one") {
  CHECK(faults_of(with(kFull, "{ project: admin,", "{ project: amdin,")) ==
        "shop.yaml:22:11: unknown project 'amdin' (did you mean 'admin'?)\n");
  CHECK(faults_of(with(kFull, "{ secretsManager: main,", "{ secretsManager: mian,")) ==
        "shop.yaml:19:13: unknown secretsManager 'mian' (did you mean 'main'?)\n");
  CHECK(faults_of(with(kFull, "{ project: admin,", "{ project: elsewhere,")) ==
        "shop.yaml:22:11: unknown project 'elsewhere' (this document names none like it under "
        "projects)\n");
}

TEST_CASE("two writers of one target are a fault that names both places") {
  CHECK(faults_of(with(kFull, "secret: payments-files", "secret: storefront-tls")) ==
        "shop.yaml:30:11: a second writer of 'shop/storefront-tls' (the first one is at "
        "shop.yaml:21:11)\n");
  SECTION("in one mapping") {
    CHECK(faults_of(with(kFull, "project: admin,", "project: shop,")) ==
          "shop.yaml:22:11: a second writer of 'shop/storefront-tls' (the first one is at "
          "shop.yaml:21:11)\n");
  }
  SECTION("in two files, under two names and two addresses of the project") {
    std::string other = with(kFull, "  name: shop\n", "  name: other\n");
    other = with(other, "    shop: {", "    store: {");
    other = with(other, "{ project: shop,", "{ project: store,");
    other = with(other, "- project: shop", "- project: store");
    other = with(other, "secret: payments-files", "secret: other-files");
    other = with(other, "127.0.0.1:8080", "127.0.0.1:9090");
    CHECK(faults_of({{"a.yaml", kFull}, {"b.yaml", other}}) ==
          "b.yaml:21:11: a second writer of 'store/storefront-tls' (the first one is at "
          "a.yaml:21:11)\n"
          "b.yaml:22:11: a second writer of 'admin/storefront-tls' (the first one is at "
          "a.yaml:22:11)\n");
  }
  SECTION("the address in another spelling") {
    const std::string text =
        with(kFull, ", region: eu-de }",
             ", region: eu-de }\n    twin: { id: 15314cc3-85b4-4338-903f-c28cdee6d005, url: "
             "\"HTTPS://API.eu-de.codeengine.cloud.ibm.com:443/v2/\" }");
    CHECK(faults_of(with(text, "project: admin,", "project: twin,")).find("a second writer") !=
          std::string::npos);
  }
}

TEST_CASE("names are taken once: documents among all, mappings in their document") {
  CHECK(faults_of(with(kFull, "- name: payments", "- name: storefront")) ==
        "shop.yaml:23:7: a second mapping named 'storefront' (the first one is at "
        "shop.yaml:18:7)\n");
  const std::string twice = faults_of({{"a.yaml", kFull}, {"b.yaml", kFull}});
  CHECK(twice.rfind("b.yaml:1:1: a second document named 'shop' (the first one is at a.yaml:1:1)\n",
                    0) == 0);
}

TEST_CASE("a document does not see the names of another") {
  const std::string other =
      with(with(kFull, "  name: shop\n", "  name: other\n"), "    main:", "    elsewhere:");
  CHECK(faults_of({{"a.yaml", kFull}, {"b.yaml", other}})
            .find("b.yaml:19:13: unknown secretsManager 'main'") != std::string::npos);
}

TEST_CASE("a CRN must name the instance it is read from") {
  const auto from = [](const std::string& instance) {
    return with(kFull, "id: 0cf4addb-7a90-410b-a3a7-a15bbe2b7909",
                "id: \"crn:v1:bluemix:public:secrets-manager:eu-de:a/0:" + instance +
                    ":secret:0cf4addb-7a90-410b-a3a7-a15bbe2b7909\"");
  };
  const auto bindings =
      resolve_texts({{"shop.yaml", from("7c2e1f0a-5b3d-4c69-8a17-d9e04b6f2c58")}});
  REQUIRE(bindings);
  CHECK(bindings->back().source.id == "0cf4addb-7a90-410b-a3a7-a15bbe2b7909");
  const std::string other = from("00000000-5b3d-4c69-8a17-d9e04b6f2c58");
  CHECK(faults_of(other) ==
        "shop.yaml:19:13: the CRN names a secret of another instance, "
        "'00000000-5b3d-4c69-8a17-d9e04b6f2c58' (secretsManager 'main' is instance "
        "'7c2e1f0a-5b3d-4c69-8a17-d9e04b6f2c58', see shop.yaml:8:5)\n");
  // An address that does not tell its instance cannot contradict.
  CHECK(faults_of(with(other, "7c2e1f0a-5b3d-4c69-8a17-d9e04b6f2c58.eu-de", "proxy")) ==
        "no fault");
}

TEST_CASE("all faults are told, up to a bound") {
  std::string text = with(kFull, "{ project: admin,", "{ project: amdin,");
  text = with(text, "{ secretsManager: main,", "{ secretsManager: mian,");
  text = with(text, "- name: payments", "- name: storefront");
  const std::string all = faults_of(text);
  CHECK(std::count(all.begin(), all.end(), '\n') == 3);

  std::string many = kFull;
  for (int i = 0; i < 500; ++i) {
    many += "    - {name: m" + std::to_string(i) +
            ", from: {secretsManager: nowhere, id: 0cf4addb-7a90-410b-a3a7-a15bbe2b7909}, to: "
            "[{project: shop, secret: s" +
            std::to_string(i) + "}]}\n";
  }
  const auto bindings = resolve_texts({{"shop.yaml", many}});
  REQUIRE_FALSE(bindings);
  CHECK(bindings.error().size() == 201);
  CHECK(bindings.error().back().message == "300 more faults are not shown");
}

TEST_CASE("unused names are fine") {
  CHECK(faults_of(with(kFull, "    main:\n",
                       "    spare: { url: \"https://spare.example.com\" }\n    main:\n")) ==
        "no fault");
}
