#include "api/v1/mapping_yaml.h"

#include "tests/support/catch.h"
#include "tests/unit/api/texts.h"

using namespace certloop::v1;
using certloop::v1::testing::kFull;
using certloop::v1::testing::parse;
using certloop::v1::testing::print;
using certloop::v1::testing::with;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

std::string message_of(const std::string& text, const MappingLimits& limits = {}) {
  const auto parsed = parse(text, limits);
  return parsed ? "no fault" : print(parsed.error());
}

std::string repeat(const std::string& piece, std::size_t count) {
  std::string text;
  text.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

}  // namespace

TEST_CASE("a mapping with every key is read as it was written") {
  const auto parsed = parse(kFull);
  INFO((parsed ? "" : print(parsed.error())));
  REQUIRE(parsed);
  REQUIRE(parsed->size() == 1);
  const CertificateMapping& document = parsed->front();
  CHECK(document.name == "shop");
  CHECK(document.resync == minutes(90));
  CHECK(to_string(document.place) == "shop.yaml:1:1");

  REQUIRE(document.secrets_managers.size() == 1);
  const SecretsManager& manager = document.secrets_managers[0];
  CHECK(manager.name == "main");
  CHECK(manager.url ==
        "https://7c2e1f0a-5b3d-4c69-8a17-d9e04b6f2c58.eu-de.secrets-manager.appdomain.cloud");
  CHECK(manager.credentials == Credentials{"", "/run/key"});
  CHECK(to_string(manager.place) == "shop.yaml:8:5");

  REQUIRE(document.projects.size() == 2);
  CHECK(document.projects[0].name == "shop");
  CHECK(document.projects[0].id == "15314cc3-85b4-4338-903f-c28cdee6d005");
  CHECK(document.projects[0].region == "eu-de");
  CHECK(document.projects[0].url.empty());
  CHECK(document.projects[1].url == "http://127.0.0.1:8080/ce/eu-gb/v2");
  CHECK(document.projects[1].credentials == Credentials{"certloop admin", ""});

  REQUIRE(document.mappings.size() == 2);
  const Mapping& storefront = document.mappings[0];
  CHECK(storefront.name == "storefront");
  CHECK(storefront.from.secrets_manager == "main");
  CHECK(storefront.from.id == "0cf4addb-7a90-410b-a3a7-a15bbe2b7909");
  CHECK_FALSE(storefront.from.type);
  REQUIRE(storefront.to.size() == 2);
  CHECK(storefront.to[0].format == Format::tls);
  CHECK(to_string(storefront.to[1].place) == "shop.yaml:22:11");
  CHECK(storefront.require == Require{});

  const Mapping& payments = document.mappings[1];
  CHECK(payments.from.group == "payments");
  CHECK(payments.from.type == SecretType::public_cert);
  CHECK(payments.from.name == "payments-cert");
  REQUIRE(payments.to.size() == 1);
  CHECK(payments.to[0].format == Format::generic);
  CHECK(payments.to[0].data == std::map<std::string, Part>{{"fullchain.pem", Part::fullchain},
                                                           {"privkey.pem", Part::private_key}});
  CHECK(payments.require.dns_names == std::vector<std::string>{"pay.example.com", "*.example.com"});
  CHECK(payments.require.valid_for == hours(24 * 7));
  CHECK(payments.require.key_types == std::set{KeyType::rsa, KeyType::ecdsa});
  CHECK(payments.require.min_rsa_bits == 3072);
  CHECK(payments.require.usage == Usage::any);
  CHECK(payments.require.issued_by.pem ==
        "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n");
  CHECK(to_string(payments.require.issued_by.place) == "shop.yaml:42:19");
  CHECK(to_string(payments.place) == "shop.yaml:23:7");
  CHECK(storefront.ownership == Ownership{});
  CHECK(payments.ownership == Ownership{OnExisting::adopt_if_equal, Drift::report, true});
}

TEST_CASE("a mapping may allow an older certificate, and does not unless it says so") {
  const auto allow_older = [](const std::string& text) {
    const auto parsed = parse(text);
    REQUIRE(parsed);
    return parsed->at(0).mappings.at(1).require.allow_older;
  };
  CHECK_FALSE(allow_older(kFull));
  CHECK(allow_older(with(kFull, "validFor: 7d", "validFor: 7d\n        allowOlder: true")));
}

TEST_CASE("a file with eight different faults gives eight faults with their places") {
  const std::string text = R"(apiVersion: certloop.dev/v2
kind: CertificateMapping
metadata:
  name: Shop
spec:
  resync: 10
  secretsManagers:
    main:
      url: http://sm.example.com
  projects:
    shop: { id: 15314cc3-85b4-4338-903f-c28cdee6d005, regoin: eu-de, region: eu-de }
  mappings:
    - name: storefront
      from: { secretsManager: main, id: 0cf4addb }
      to:
        - { project: shop, secret: storefront-tls, format: pem }
        - { project: shop, secret: storefront-tls, secret: other }
)";
  const auto parsed = parse(text);
  REQUIRE_FALSE(parsed);
  CHECK(
      print(parsed.error()) ==
      R"(shop.yaml:1:13: apiVersion must be 'certloop.dev/v1', not 'certloop.dev/v2' (did you mean 'certloop.dev/v1'?)
shop.yaml:4:9: name must be 1 to 63 of a-z, 0-9, '-' and '.', with a letter or digit at both ends, not 'Shop' (write it in lower case)
shop.yaml:6:11: resync must be a duration, not '10' (with its unit: '10s')
shop.yaml:9:12: url must begin with https:// unless the host is this machine itself (tokens and keys would cross the network in the clear)
shop.yaml:11:55: unknown key 'regoin' (did you mean 'region'?)
shop.yaml:14:41: id must be a secret's UUID or CRN, not '0cf4addb' (Secrets Manager shows both in the secret's details)
shop.yaml:16:60: format must be 'tls' or 'generic', not 'pem'
shop.yaml:17:52: doubled key 'secret' (the first one is at shop.yaml:17:28)
)");
}

TEST_CASE("every fault tells its place, what was expected and what would help") {
  struct Case {
    const char* name;
    const char* part;     // of the full text
    const char* instead;  // what makes it wrong
    const char* expected;
  };
  const Case cases[] = {
      {"unknown key", "project: admin,", "proejct: admin, project: admin,",
       "22:13: unknown key 'proejct' (did you mean 'project'?)"},
      {"unknown key unlike any other", "resync: 1h30m", "colour: red",
       "6:3: unknown key 'colour' (allowed: 'resync', 'secretsManagers', 'projects' or "
       "'mappings')"},
      {"a key written in another case", "validFor", "validfor",
       "38:9: unknown key 'validfor' (did you mean 'validFor'?)"},
      {"missing key", "  name: shop\n", "  {}\n",
       "4:3: missing key 'name' (every metadata needs one)"},
      {"doubled key", "resync: 1h30m", "resync: 1h\n  resync: 2h",
       "7:3: doubled key 'resync' (the first one is at shop.yaml:6:3)"},
      {"doubled name",
       "    admin:", "    shop:", "13:5: doubled key 'shop' (the first one is at shop.yaml:12:5)"},
      {"doubled key of data", "privkey.pem: p", "fullchain.pem: p",
       "35:13: doubled key 'fullchain.pem' (the first one is at shop.yaml:34:13)"},
      {"an empty value stands at its key", "group: payments",
       "group:", "26:9: group must be a text, not empty"},
      {"a list for a text", "group: payments", "group: [payments]",
       "26:16: group must be a text, not a list"},
      {"a text for a map",
       "from: { secretsManager: main, id: 0cf4addb-7a90-410b-a3a7-a15bbe2b7909 }", "from: main",
       "19:13: from must be a map, not a text"},
      {"a map for a list", "- { project: shop, secret: storefront-tls }", "project: shop",
       "not valid YAML"},
      {"a number for a text", "group: payments", "group: 2024",
       "26:16: group must be a text, not a number (put it in quotes)"},
      {"a boolean for a text", "group: payments", "group: true",
       "26:16: group must be a text, not a boolean (put it in quotes)"},
      {"a key that is a list", "  resync: 1h30m", "  ? [resync]\n  : 1h",
       "6:5: a key must be a text, not a list"},
      {"an empty list", "[Pay.example.com, \"*.example.com\"]", "[]",
       "37:19: dnsNames must not be empty"},
      {"an empty item", "[Pay.example.com, \"*.example.com\"]", "[pay.example.com, ~]",
       "37:9: an entry of dnsNames must be a text, not empty"},
      {"both kinds of credentials", "apiKeyFile: /run/key",
       "apiKeyFile: /k\n      trustedProfile: p",
       "10:7: 'apiKeyFile' and 'trustedProfile' exclude each other (leave one of them out)"},
      {"project without address", ", region: eu-de }", " }",
       "12:5: missing key 'region' (or 'url', for an address of its own)"},
      {"code engine address without its version", "/ce/eu-gb/v2", "/ce/eu-gb/",
       "15:12: url must end with '/v2', the version of the API (write "
       "'http://127.0.0.1:8080/ce/eu-gb/v2')"},
      {"secrets manager address with its version", "appdomain.cloud/", "appdomain.cloud/api/v2",
       "9:12: url must be the instance's address without '/api/v2'"},
      {"id beside name", "group: payments", "id: 0cf4addb-7a90-410b-a3a7-a15bbe2b7909",
       "27:9: 'type' and 'id' exclude each other (the id alone names the secret)"},
      {"neither id nor name", ", id: 0cf4addb-7a90-410b-a3a7-a15bbe2b7909", "",
       "19:13: missing key 'id' (or all of 'group', 'type' and 'name')"},
      {"name without type", "        type: public_cert\n", "",
       "25:9: missing key 'type' (without 'id' a secret needs all of 'group', 'type' and 'name')"},
      {"type of another family", "public_cert", "publik_cert",
       "27:15: type must be 'imported_cert', 'public_cert' or 'private_cert', not 'publik_cert' "
       "(did you mean 'public_cert'?)"},
      {"type that is not supported yet", "public_cert", "kv",
       "27:15: type is 'kv', which is not supported yet (allowed: 'imported_cert', 'public_cert' "
       "or "
       "'private_cert')"},
      {"format that is not supported yet", "format: generic", "format: ssh_auth",
       "32:19: format is 'ssh_auth', which is not supported yet (allowed: 'tls' or 'generic')"},
      {"labels", "id: 0cf4addb-7a90-410b-a3a7-a15bbe2b7909", "labels: [edge]",
       "19:37: selecting by 'labels' is not supported yet (name one secret: 'id', or 'group', "
       "'type' and 'name')"},
      {"template", "secret: payments-files", "secret: \"{{name}}-tls\"",
       "not '{{name}}-tls' (templates are not supported yet)"},
      {"data with format tls", "format: tls", "data: {a: chain}",
       "22:53: 'data' goes with format 'generic' only (the keys of a tls secret are fixed; say "
       "'format: generic' to choose them)"},
      {"generic without data", "format: tls", "format: generic",
       "22:11: missing key 'data' (format 'generic' needs to know its keys, such as 'data: "
       "{fullchain.pem: fullchain, privkey.pem: privateKey}')"},
      {"empty data", "format: tls", "format: generic, data: {}", "22:76: data must not be empty"},
      {"part", "privkey.pem: privateKey", "privkey.pem: key",
       "35:26: privkey.pem must be 'certificate', 'chain', 'fullchain' or 'privateKey', not 'key'"},
      {"key of data", "privkey.pem: privateKey", "priv key: privateKey",
       "35:13: the name must be 1 to 253 letters, digits, '-', '_' or '.', not 'priv key'"},
      {"resync below its minimum", "1h30m", "29s",
       "6:11: resync must be at least 30s, not '29s' (changes arrive by notification; this is the "
       "safety net)"},
      {"a type of key", "[ecdsa, rsa]", "[ecdsa, dsa]",
       "39:27: an entry of keyTypes must be 'rsa', 'ecdsa' or 'ed25519', not 'dsa' (did you mean "
       "'rsa'?)"},
      {"no type of key", "[ecdsa, rsa]", "[]", "39:19: keyTypes must not be empty"},
      {"an RSA key that is too small", "3072", "1023",
       "40:21: minRsaBits must be a number from 1024 to 16384, not '1023' (2048 is the least that "
       "public authorities sign)"},
      {"usage", "usage: any", "usage: client",
       "41:16: usage must be 'server' or 'any', not 'client'"},
      {"CA certificates that are not PEM", "MAMCAQE=", "*not base64*",
       "42:19: issuedBy must be certificates in PEM form (write 'issuedBy: |' and below it, "
       "indented, all lines of the CA's certificate)"},
      {"onExisting", "onExisting: adoptIfEqual", "onExisting: adopt_if_equal",
       "46:19: onExisting must be 'adopt', 'adoptIfEqual' or 'refuse', not 'adopt_if_equal'"},
      {"drift", "drift: report", "drift: reports",
       "47:14: drift must be 'correct' or 'report', not 'reports' (did you mean 'report'?)"},
      {"a word for a boolean", "suspend: true", "suspend: yes",
       "48:16: suspend must be true or false, not 'yes'"},
      {"a text for a boolean", "suspend: true", "suspend: \"true\"",
       "48:16: suspend must be true or false, not 'true' (write it without quotes)"},
      {"a list for a boolean", "suspend: true", "suspend: [true]",
       "48:16: suspend must be a text, not a list"},
      {"merge key", "resync: 1h30m", "<<: {}",
       "6:3: merge keys ('<<') are not supported (an alias for a whole value is)"},
      {"tag", "group: payments", "group: !vault payments",
       "26:16: unknown tag '!vault' (the format has no tags; leave it out)"},
      {"tab", "  resync: 1h30m", "\tresync: 1h30m",
       "(indent with spaces; YAML takes no tabs there)"},
      {"open bracket", "[Pay.example.com, \"*.example.com\"]", "[Pay.example.com",
       "not valid YAML: end of sequence flow not found"},
      {"unknown anchor", "group: payments", "group: *there",
       "26:16: not valid YAML: the referenced anchor is not defined"},
      {"alias inside of what it names", "group: payments", "group: &g [*g]",
       "26:20: an alias stands inside of what it names"},
      {"text behind the document", "apiVersion", "- a\napiVersion",
       "2:1: the document should end here, or go on with a key (check the indentation)"},
  };
  for (const Case& one : cases) {
    DYNAMIC_SECTION(one.name) {
      const std::string message = message_of(with(kFull, one.part, one.instead));
      INFO(message);
      CHECK(message.find(one.expected) != std::string::npos);
    }
  }
}

TEST_CASE("a misspelled key is one fault, not a missing one as well") {
  CHECK(message_of(with(kFull, "{ project: admin,", "{ proejct: admin,")) ==
        "shop.yaml:22:13: unknown key 'proejct' (did you mean 'project'?)\n");
}

TEST_CASE("bytes that are no text are a fault at their place") {
  const std::string nul("kind: a\nb: \0", 12);
  CHECK(message_of(nul) == "shop.yaml:2:4: a NUL byte (save the file as UTF-8)\n");
  struct Case {
    const char* name;
    const char* bytes;
  };
  const Case cases[] = {{"lone continuation", "\x80"},     {"overlong", "\xc0\xaf"},
                        {"surrogate", "\xed\xa0\x80"},     {"above U+10FFFF", "\xf4\x90\x80\x80"},
                        {"cut character", "\xe2\x82"},     {"latin 1", "\xe9 "},
                        {"overlong of 3", "\xe0\x80\x80"}, {"overlong of 4", "\xf0\x80\x80\x80"}};
  for (const Case& one : cases) {
    DYNAMIC_SECTION(one.name) {
      CHECK(message_of(std::string("# ä\n# é") + one.bytes) ==
            "shop.yaml:2:4: not UTF-8 text (save the file as UTF-8)\n");
    }
  }
}

TEST_CASE("columns count characters, with or without byte order mark, whatever ends the line") {
  const std::string text = "{kind: \"äöü€😀\", b: 1}";
  CHECK(message_of(text).find("shop.yaml:1:17: unknown key 'b'") != std::string::npos);
  CHECK(message_of("\xef\xbb\xbf" + text).find("shop.yaml:1:17:") != std::string::npos);
  CHECK(message_of("# x\r\n# y\r\n" + text).find("shop.yaml:3:17:") != std::string::npos);
}

TEST_CASE("messages are printable and short whatever the file holds") {
  const std::string esc = with(kFull, "group: payments", "group: \"a\\e[31m\\n\\u20ac\"");
  CHECK(message_of(esc).find("not 'a\\x1b[31m\\x0a\\xe2\\x82\\xac'") != std::string::npos);
  const std::string long_key = with(kFull, "resync", repeat("k", 1000));
  const auto parsed = parse(long_key);
  REQUIRE_FALSE(parsed);
  REQUIRE(parsed.error().size() == 1);
  CHECK(parsed.error()[0].message == "unknown key '" + repeat("k", 60) + "...'");
}

TEST_CASE("what may be a secret in the wrong place is never shown") {
  const char* const cases[][2] = {
      {"apiKeyFile: /run/key", "apiKeyFile: \"canary\\n1\""},
      {"trustedProfile: certloop admin", "trustedProfile: \"canary\\t\""},
      {"https://7c2e1f0a", "https://user:canary@7c2e1f0a"},
      {"appdomain.cloud/", "appdomain.cloud/?apikey=canary"},
      {"apiKeyFile: /run/key", "apiKey: canary"},
      {"resync: 1h30m", "resync: canary_like_an_api_key_with_44_characters__0"},
      {"resync: 1h30m", "resync: '-----BEGIN PRIVATE KEY-----canary'"},
  };
  for (const auto& one : cases) {
    const std::string message = message_of(with(kFull, one[0], one[1]));
    INFO(message);
    CHECK(message != "no fault");
    CHECK(message.find("canary") == std::string::npos);
  }
}

TEST_CASE("documents and files add up, and empty documents do not count") {
  const std::string second = with(kFull, "  name: shop\n", "  name: second\n");
  const auto parsed = parse_mappings(
      {{"a.yaml", std::string("---\n") + kFull + "---\n" + second + "---\n"}, {"b.yaml", kFull}});
  REQUIRE(parsed);
  REQUIRE(parsed->size() == 3);
  CHECK(to_string((*parsed)[1].place) == "a.yaml:51:1");
  CHECK((*parsed)[1].name == "second");
  CHECK(to_string((*parsed)[2].place) == "b.yaml:1:1");
}

TEST_CASE("a text without a mapping is a fault") {
  for (const char* const text : {"", "# nothing\n", "---\n---\n", "~"}) {
    CHECK(message_of(text).find("shop.yaml:1:1: there is no mapping in this file") == 0);
  }
}

TEST_CASE("another kind of document is named, and its keys are not gone through") {
  CHECK(message_of("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x, labels: {}}\n"
                   "spec: {replicas: 1}\n") ==
        "shop.yaml:1:13: apiVersion must be 'certloop.dev/v1', not 'apps/v1'\n"
        "shop.yaml:2:7: kind must be 'CertificateMapping', not 'Deployment'\n");
}

TEST_CASE("a syntax error ends its text, not what stands before it or in other texts") {
  const std::string bad = with(kFull, "resync: 1h30m", "resync: never");
  const auto parsed = parse_mappings({{"a.yaml", bad + "---\n{"}, {"b.yaml", bad}});
  REQUIRE_FALSE(parsed);
  REQUIRE(parsed.error().size() == 3);
  CHECK(to_string(parsed.error()[0].place) == "a.yaml:6:11");
  CHECK(parsed.error()[1].message == "not valid YAML: end of map flow not found");
  CHECK(to_string(parsed.error()[1].place).rfind("a.yaml:5", 0) == 0);
  CHECK(to_string(parsed.error()[2].place) == "b.yaml:6:11");
}

TEST_CASE("an alias stands for its value, and a fault in it is told once") {
  const std::string base =
      with(kFull, "- { project: shop, secret: storefront-tls }",
           "- &shop { project: shop, secret: storefront-tls }\n        - *shop");
  const auto parsed = parse(base);
  REQUIRE(parsed);
  CHECK(parsed->front().mappings[0].to[1].secret == "storefront-tls");
  CHECK(message_of(with(base, "&shop { project: shop,", "&shop { project: Shop,")) ==
        "shop.yaml:21:28: project must be 1 to 63 of a-z, 0-9, '-' and '.', with a letter or digit "
        "at both ends, not 'Shop' (write it in lower case)\n");
}

TEST_CASE("aliases cannot multiply past the bound") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i <= 30; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last +
            repeat(", " + last, 9) + "]\n";
  }
  const std::string message = message_of(bomb);
  CHECK(message.find("more than 1000000 keys and values") != std::string::npos);
  CHECK(message.find("shop.yaml:6:") == 0);
}

TEST_CASE("every cap is a fault, and holds at its edge") {
  MappingLimits limits;
  SECTION("bytes") {
    const std::string text = kFull;
    limits.max_bytes = text.size();
    CHECK(message_of(text, limits) == "no fault");
    limits.max_bytes = text.size() - 1;
    CHECK(message_of(text, limits) == "shop.yaml: longer than " + std::to_string(text.size() - 1) +
                                          " bytes (split the file)\n");
  }
  SECTION("documents") {
    limits.max_documents = 2;
    const std::string two = std::string("---\n") + kFull + "---\n" + kFull;
    CHECK(message_of(two, limits) == "no fault");
    CHECK(message_of(two + "---\n", limits) ==
          "shop.yaml:99:1: more than 2 documents (split the file)\n");
  }
  SECTION("nodes") {
    // Each document holds this many keys and values; they are counted over the whole text.
    constexpr std::size_t kNodes = 114;
    limits.max_nodes = kNodes;
    CHECK(message_of(kFull, limits) == "no fault");
    CHECK(message_of(std::string(kFull) + "---\n" + kFull, limits) != "no fault");
    limits.max_nodes = kNodes - 1;
    CHECK(message_of(kFull, limits).find("more than 113 keys and values") != std::string::npos);
  }
  SECTION("files") {
    limits.max_files = 1;
    CHECK(parse_mappings({{"a", kFull}}, limits));
    const auto parsed = parse_mappings({{"a", kFull}, {"b", kFull}}, limits);
    REQUIRE_FALSE(parsed);
    CHECK(print(parsed.error()) == "more than 1 files\n");
  }
  SECTION("faults") {
    limits.max_faults = 3;
    const std::string message = message_of("[]\n---\n[]\n---\n[]\n---\n[]\n---\n[]\n", limits);
    CHECK(message.find("shop.yaml:5:1: the document must be a map, not a list\n2 more faults are "
                       "not shown\n") != std::string::npos);
  }
  SECTION("depth") {
    CHECK(message_of(repeat("[", 39) + repeat("]", 39)).find("must be a map") != std::string::npos);
    CHECK(message_of(repeat("[", 41) + repeat("]", 41)) ==
          "shop.yaml:1:41: nested more than 40 levels deep\n");
    CHECK(message_of(repeat("- ", 50000)).find("nested more than 40 levels deep") !=
          std::string::npos);
  }
  SECTION("brackets") {
    CHECK(message_of(repeat("[", 1'000'001)).find("too many brackets") != std::string::npos);
  }
}
