#include <algorithm>
#include <set>

#include "tests/localcloud/signed_in.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Headers;
using cloud_client::Json;

namespace {

const Json kTls = {{"tls_cert", "certificate"}, {"tls_key", "key"}};

Json secret(const std::string& name, const std::string& format, const Json& data) {
  return {{"name", name}, {"format", format}, {"data", data}};
}

Headers if_match(const std::string& tag) {
  return {{"If-Match", tag}};
}

std::string tag_of(const Answer& answer) {
  return answer.json().at("entity_tag").get<std::string>();
}

}  // namespace

TEST_CASE("a secret of each format is made, shown in clear text and typed") {
  struct Case {
    std::string format;
    Json data;
    std::string resource_type;
  };
  const Case cases[] = {
      {"tls", kTls, "secret_tls_v2"},
      {"generic", {{"any.key-1_A", "v"}, {"empty", ""}}, "secret_generic_v2"},
      {"ssh_auth", {{"ssh_key", "k"}, {"known_hosts", "h"}}, "secret_auth_ssh_v2"},
      {"basic_auth", {{"username", "u"}, {"password", "p"}}, "secret_basic_auth_v2"},
      {"hmac_auth", {{"access_key_id", "i"}, {"secret_access_key", "s"}}, "secret_hmac_auth_v2"},
      {"registry",
       {{"username", "u"}, {"password", "p"}, {"server", "s"}, {"email", "e"}},
       "secret_registry_v2"},
  };
  const SignedIn at;
  for (const Case& c : cases) {
    CAPTURE(c.format);
    std::string name = "s." + c.format;
    std::replace(name.begin(), name.end(), '_', '-');
    const Answer created = at.project.post("/secrets", secret(name, c.format, c.data));
    REQUIRE(created.status == 201);
    const Json body = created.json();
    CHECK(body["data"] == c.data);
    CHECK(body["resource_type"] == c.resource_type);
    CHECK(body["generated_by"] == "user");
    CHECK(body["project_id"] == at.names.at("LOCALCLOUD_PROJECT_A"));
    CHECK(body["region"] == "eu-de");
    CHECK(body["id"].get<std::string>().size() == 36);
    CHECK(body["created_at"].is_string());
    CHECK(created.header("ETag") == body["entity_tag"]);
    const Answer read = cloud_client::call("GET", body["href"], {{"Authorization", at.token}});
    CHECK(read.json() == body);
    CHECK(read.header("ETag") == body["entity_tag"]);
  }
}

TEST_CASE("formats made by the service are filled in by it") {
  const SignedIn at;
  const Answer access =
      at.project.post("/secrets", {{"name", "a"},
                                   {"format", "service_access"},
                                   {"service_access", {{"service_instance", {{"id", "i-1"}}}}}});
  REQUIRE(access.status == 201);
  CHECK(access.json()["resource_type"] == "secret_service_access_v2");
  CHECK(access.json()["service_access"]["service_instance"]["id"] == "i-1");
  CHECK(access.json()["data"]["apikey"].is_string());
  CHECK(access.json()["service_access"]["role"]["name"] == "Writer");
  CHECK_FALSE(access.json()["data"].empty());
  const Answer replaced =
      at.project.put("/secrets/a", {{"format", "service_access"}}, if_match("*"));
  CHECK(replaced.status == 200);
  CHECK(replaced.json()["data"] == access.json()["data"]);
  const Answer op = at.project.post(
      "/secrets",
      {{"name", "o"}, {"format", "service_operator"}, {"service_operator", Json::object()}});
  REQUIRE(op.status == 201);
  CHECK(op.json()["resource_type"] == "secret_operator_v2");
  CHECK(op.json()["service_operator"]["user_managed"] == false);
  CHECK(op.json()["service_operator"]["apikey_id"].get<std::string>().rfind("ApiKey-", 0) == 0);
}

TEST_CASE("a secret that breaks a rule is refused with 400") {
  struct Case {
    std::string why;
    Json body;
  };
  const Json generic = {{"k", "v"}};
  const Case cases[] = {
      {"no name", {{"format", "generic"}, {"data", generic}}},
      {"name is a number", {{"name", 1}, {"format", "generic"}}},
      {"empty name", secret("", "generic", generic)},
      {"upper case", secret("Abc", "generic", generic)},
      {"underscore", secret("a_b", "generic", generic)},
      {"dash at the start", secret("-a", "generic", generic)},
      {"dash at the end of a label", secret("a-.b", "generic", generic)},
      {"empty label", secret("a..b", "generic", generic)},
      {"dot at the end", secret("a.", "generic", generic)},
      {"name of 254", secret(std::string(254, 'a'), "generic", generic)},
      {"no format", {{"name", "a"}, {"data", generic}}},
      {"unknown format", secret("a", "opaque", generic)},
      {"other format", secret("a", "other", generic)},
      {"tls without data", {{"name", "a"}, {"format", "tls"}}},
      {"tls with null data", secret("a", "tls", nullptr)},
      {"tls without key", secret("a", "tls", {{"tls_cert", "c"}})},
      {"tls with the names of Kubernetes",
       secret("a", "tls", {{"tls.crt", "c"}, {"tls.key", "k"}})},
      {"ssh without key", secret("a", "ssh_auth", {{"known_hosts", "h"}})},
      {"basic without password", secret("a", "basic_auth", {{"username", "u"}})},
      {"hmac without key", secret("a", "hmac_auth", {{"access_key_id", "i"}})},
      {"registry without server", secret("a", "registry", {{"username", "u"}, {"password", "p"}})},
      {"data is a list", secret("a", "generic", Json::array({1}))},
      {"value is a number", secret("a", "generic", {{"k", 1}})},
      {"empty key", secret("a", "generic", {{"", "v"}})},
      {"slash in a key", secret("a", "generic", {{"a/b", "v"}})},
      {"key of 254", secret("a", "generic", {{std::string(254, 'k'), "v"}})},
      {"value too long", secret("a", "generic", {{"k", std::string(1'048'577, 'v')}})},
      {"all together too large",
       secret("a", "generic",
              {{"a", std::string(600'000, 'v')}, {"b", std::string(600'000, 'v')}})},
      {"access without instance", {{"name", "a"}, {"format", "service_access"}}},
      {"operator without object", {{"name", "a"}, {"format", "service_operator"}}},
  };
  const SignedIn at;
  for (const Case& c : cases) {
    CAPTURE(c.why);
    const Answer answer = at.project.post("/secrets", c.body);
    CHECK(answer.status == 400);
    CHECK(answer.json()["errors"][0]["code"] == "invalid_request");
  }
  CHECK(at.project.send("POST", "/secrets", {}, "no json").status == 400);
  CHECK(at.project.get("/secrets").json()["secrets"].empty());
}

TEST_CASE("names and contents at their limits are taken") {
  const SignedIn at;
  for (const std::string& name :
       {std::string("a"), std::string("0.a-b.c"), std::string(253, 'a')}) {
    CAPTURE(name);
    CHECK(at.project.post("/secrets", secret(name, "generic", {{"k", "v"}})).status == 201);
    CHECK(at.project.get("/secrets/" + name).status == 200);
  }
  const Json full = {{std::string(253, 'k'), std::string(1'048'000, 'v')}};
  CHECK(at.project.post("/secrets", secret("full", "generic", full)).json()["data"] == full);
  CHECK(at.project.post("/secrets", {{"name", "bare"}, {"format", "generic"}}).json()["data"] ==
        Json::object());
  CHECK(at.project.get("/secrets/0%2Ea%2Db.c").status == 200);
}

TEST_CASE("a replacement needs the entity tag it was decided on") {
  struct Case {
    std::string why;
    std::string value;  // TAG: the current one
    int status;
    std::string code;
  };
  const Case cases[] = {
      {"the current tag", "TAG", 200, ""},
      {"the current tag in quotes", "\"TAG\"", 200, ""},
      {"any", "*", 200, ""},
      {"none", "", 400, "missing_if_match"},
      {"a stale tag", "1234567890", 412, "precondition_failed"},
      {"a stale tag in quotes", "\"1234567890\"", 412, "precondition_failed"},
      {"half a quote", "\"TAG", 412, "precondition_failed"},
  };
  const SignedIn at;
  std::string tag = tag_of(at.project.post("/secrets", secret("s", "tls", kTls)));
  for (const Case& c : cases) {
    CAPTURE(c.why);
    std::string value = c.value;
    if (const auto at_tag = value.find("TAG"); at_tag != std::string::npos) {
      value.replace(at_tag, 3, tag);
    }
    const Answer answer = at.project.put("/secrets/s", {{"format", "tls"}, {"data", kTls}},
                                         value.empty() ? Headers{} : if_match(value));
    CHECK(answer.status == c.status);
    if (c.status == 200) {
      tag = tag_of(answer);
    } else {
      CHECK(answer.json()["errors"][0]["code"] == c.code);
    }
    CHECK(tag_of(at.project.get("/secrets/s")) == tag);
  }
}

TEST_CASE("every write makes a new entity tag, also one of identical content") {
  const SignedIn at;
  std::set<std::string> tags = {tag_of(at.project.post("/secrets", secret("s", "tls", kTls)))};
  const Json same = {{"format", "tls"}, {"data", kTls}};
  for (int i = 0; i < 5; ++i)
    tags.insert(tag_of(at.project.put("/secrets/s", same, if_match("*"))));
  CHECK(tags.size() == 6);
  at.set("ce_same_content_new_etag", false);
  const std::string before = tag_of(at.project.get("/secrets/s"));
  CHECK(tag_of(at.project.put("/secrets/s", same, if_match("*"))) == before);
}

TEST_CASE("a replacement replaces all data and keeps who it is") {
  const SignedIn at;
  const Json before =
      at.project.post("/secrets", secret("s", "generic", {{"a", "1"}, {"b", "2"}})).json();
  const Answer replaced = at.project.put(
      "/secrets/s", {{"format", "generic"}, {"data", {{"c", "3"}}}, {"name", "ignored"}},
      if_match(before["entity_tag"]));
  REQUIRE(replaced.status == 200);
  CHECK(replaced.json()["data"] == Json{{"c", "3"}});
  for (const std::string member : {"id", "name", "created_at", "href", "format", "resource_type"}) {
    CAPTURE(member);
    CHECK(replaced.json()[member] == before[member]);
  }
}

TEST_CASE("a replacement that breaks a rule changes nothing") {
  struct Case {
    std::string why;
    Json body;
  };
  const Case cases[] = {
      {"no format", {{"data", kTls}}},
      {"another format", {{"format", "generic"}, {"data", kTls}}},
      {"no data", {{"format", "tls"}}},
      {"a key is missing", {{"format", "tls"}, {"data", {{"tls_key", "k"}}}}},
      {"a bad value", {{"format", "tls"}, {"data", {{"tls_cert", 1}, {"tls_key", "k"}}}}},
  };
  const SignedIn at;
  const std::string tag = tag_of(at.project.post("/secrets", secret("s", "tls", kTls)));
  for (const Case& c : cases) {
    CAPTURE(c.why);
    CHECK(at.project.put("/secrets/s", c.body, if_match(tag)).status == 400);
  }
  CHECK(tag_of(at.project.get("/secrets/s")) == tag);
  CHECK(
      at.project.put("/secrets/none", {{"format", "tls"}, {"data", kTls}}, if_match("*")).status ==
      404);
  at.project.post("/secrets", secret("g", "generic", {{"k", "v"}}));
  CHECK(at.project.put("/secrets/g", {{"format", "generic"}}, if_match("*")).json()["data"] ==
        Json::object());
}

TEST_CASE("a name is taken once, and free again after its delete") {
  const SignedIn at;
  const Json body = secret("s", "generic", {{"k", "v"}});
  CHECK(at.project.post("/secrets", body).status == 201);
  const Answer twice = at.project.post("/secrets", body);
  CHECK(twice.status == 409);
  CHECK(twice.json()["errors"][0]["code"] == "conflict");
  CHECK(at.project.post("/config_maps", {{"name", "s"}}).status == 201);
  const Answer deleted = at.project.erase("/secrets/s");
  CHECK(deleted.status == 202);
  CHECK(deleted.body.empty());
  CHECK(deleted.header("Content-Type").empty());
  CHECK(at.project.get("/secrets/s").status == 404);
  CHECK(at.project.erase("/secrets/s").status == 404);
  CHECK(at.project.post("/secrets", body).status == 201);
}

TEST_CASE("a project holds 100 secrets and 100 config maps") {
  const SignedIn at;
  for (int i = 0; i < 100; ++i) {
    REQUIRE(at.project.post("/secrets", secret("s" + std::to_string(i), "generic", {{"k", "v"}}))
                .status == 201);
  }
  const Answer refused = at.project.post("/secrets", secret("more", "generic", {{"k", "v"}}));
  CHECK(refused.status == 403);
  CHECK(refused.json()["errors"][0]["code"] == "quota_exceeded");
  CHECK(at.project.post("/config_maps", {{"name", "more"}}).status == 201);
  at.set("ce_quota_status", 409);
  CHECK(at.project.post("/secrets", secret("more", "generic", {{"k", "v"}})).status == 409);
  at.project.erase("/secrets/s7");
  CHECK(at.project.post("/secrets", secret("more", "generic", {{"k", "v"}})).status == 201);
}

TEST_CASE("statuses that the facts leave open follow their switches") {
  const SignedIn at;
  at.project.post("/secrets", secret("s", "tls", kTls));
  const Json body = {{"format", "tls"}, {"data", kTls}};
  at.set("ce_duplicate_status", 422);
  CHECK(at.project.post("/secrets", secret("s", "tls", kTls)).status == 422);
  at.set("ce_stale_etag_status", 409);
  CHECK(at.project.put("/secrets/s", body, if_match("1")).status == 409);
  at.set("ce_missing_if_match_status", 428);
  CHECK(at.project.put("/secrets/s", body).status == 428);
  at.set("ce_missing_if_match_status", 0);
  CHECK(at.project.put("/secrets/s", body).status == 200);
  at.set("ce_format_change_status", 409);
  CHECK(at.project.put("/secrets/s", {{"format", "generic"}}, if_match("*")).status == 409);
  at.set("ce_extra_keys_accepted", false);
  Json more = kTls;
  more["chain"] = "c";
  CHECK(at.project.post("/secrets", secret("x", "tls", more)).status == 400);
  at.set("ce_extra_keys_accepted", true);
  CHECK(at.project.post("/secrets", secret("x", "tls", more)).status == 201);
  at.set("ce_etag_header", "quoted");
  const Answer quoted = at.project.get("/secrets/s");
  CHECK(quoted.header("ETag") == "\"" + tag_of(quoted) + "\"");
  at.set("ce_etag_header", "none");
  CHECK(at.project.get("/secrets/s").header("ETag").empty());
}

TEST_CASE("reads after a write can be late, by the cloud's clock") {
  const SignedIn at;
  at.set("ce_read_lag_ms", 30'000);
  const Answer created = at.project.post("/secrets", secret("s", "generic", {{"k", "old"}}));
  CHECK(at.project.get("/secrets/s").status == 404);
  CHECK(at.project.get("/secrets").json()["secrets"].empty());
  CHECK(at.project.post("/secrets", secret("s", "generic", {{"k", "old"}})).status == 409);
  at.advance(31);
  CHECK(at.project.get("/secrets/s").status == 200);
  at.project.put("/secrets/s", {{"format", "generic"}, {"data", {{"k", "new"}}}},
                 if_match(tag_of(created)));
  CHECK(at.project.get("/secrets/s").json()["data"]["k"] == "old");
  CHECK(tag_of(at.project.get("/secrets/s")) == tag_of(created));
  at.advance(31);
  CHECK(at.project.get("/secrets/s").json()["data"]["k"] == "new");
}

TEST_CASE("a deleted secret can linger, by the cloud's clock") {
  const SignedIn at;
  at.set("ce_delete_lag_ms", 30'000);
  at.project.post("/secrets", secret("s", "generic", {{"k", "v"}}));
  CHECK(at.project.erase("/secrets/s").status == 202);
  CHECK(at.project.get("/secrets/s").status == 200);
  CHECK(at.project.post("/secrets", secret("s", "generic", {{"k", "v"}})).status == 409);
  at.advance(31);
  CHECK(at.project.get("/secrets/s").status == 404);
  CHECK(at.project.post("/secrets", secret("s", "generic", {{"k", "v"}})).status == 201);
}

TEST_CASE("unknown query parameters and any version are ignored") {
  const SignedIn at;
  CHECK(at.project.get("/secrets?version=2026-02-20&colour=red").status == 200);
  CHECK(at.project.get("/secrets?version=").status == 200);
}
