#include "hack/localcloud/frame/faults.h"
#include "tests/localcloud/frame/raw_connection.h"
#include "tests/localcloud/signed_in.h"
#include "tests/support/catch.h"

using cloud_client::Client;
using cloud_client::Json;
using cloud_client::NoAnswer;

TEST_CASE("the journal tells every request and nothing secret") {
  const SignedIn at;
  at.control.erase("/journal");
  at.project.get("/secrets?limit=3");
  at.project.post("/secrets",
                  {{"name", "x"}, {"format", "generic"}, {"data", {{"k", "hush-hush"}}}});
  at.region_a.get("/../nowhere");
  Client(at.cloud.url()).get("/elsewhere?apikey=hush-hush");
  const auto answer = at.control.get("/journal");
  const Json entries = answer.json()["entries"];
  REQUIRE(entries.size() == 5);
  CHECK(entries[0]["service"] == "local");
  CHECK(entries[0]["method"] == "DELETE");
  CHECK(entries[1]["service"] == "ce");
  CHECK(entries[1]["method"] == "GET");
  CHECK(entries[1]["status"] == 200);
  CHECK(entries[1]["path"] ==
        "/ce/eu-de/v2/projects/" + at.names.at("LOCALCLOUD_PROJECT_A") + "/secrets");
  CHECK(entries[1]["source"] > 0);
  CHECK(entries[1]["took_ms"] >= 0);
  CHECK(entries[2]["status"] == 201);
  CHECK(entries[3]["status"] == 404);
  CHECK(entries[4]["service"] == "none");
  CHECK(answer.body.find("hush") == std::string::npos);
  CHECK(answer.body.find(at.token) == std::string::npos);
}

TEST_CASE("the journal is read from a sequence on, by service and by method") {
  const SignedIn at;
  at.project.get("/secrets");
  at.project.erase("/secrets/none");
  const auto next = at.control.get("/journal").json()["next"].get<int>();
  at.project.get("/secrets/none");
  const auto entries = [&at](const std::string& query) {
    return at.control.get("/journal?" + query).json()["entries"].size();
  };
  CHECK(entries("service=ce") == 3);
  CHECK(entries("service=ce&method=GET") == 2);
  CHECK(entries("service=ce&since=" + std::to_string(next)) == 1);
  CHECK(entries("service=iam") == 1);
  CHECK(at.control.get("/journal?since=x").status == 400);
}

TEST_CASE("a status fault answers for the service, so often and after so many") {
  const SignedIn at;
  at.fault({{"service", "ce"},
            {"method", "GET"},
            {"path", "*/secrets"},
            {"status", 429},
            {"retry_after", 7},
            {"count", 2},
            {"skip", 1}});
  CHECK(at.project.get("/secrets").status == 200);
  CHECK(at.control.get("/faults").json()["faults"][0]["skip"] == 0);
  CHECK(at.project.get("/config_maps").status == 200);
  const auto spoiled = at.project.get("/secrets");
  CHECK(spoiled.status == 429);
  CHECK(spoiled.header("Retry-After") == "7");
  CHECK(spoiled.json()["errors"].size() == 1);
  CHECK(at.control.get("/faults").json()["faults"][0]["remaining"] == 1);
  CHECK(at.project.get("/secrets").status == 429);
  CHECK(at.project.get("/secrets").status == 200);
  CHECK(at.control.get("/faults").json()["faults"].empty());
  const Json journal = at.control.get("/journal?service=ce").json()["entries"];
  CHECK_FALSE(journal[0].contains("fault"));
  CHECK(journal[2]["fault"] == "status");
}

TEST_CASE("a fault can order a status that allows no body") {
  const SignedIn at;
  at.fault({{"service", "ce"}, {"status", 304}});
  CHECK(at.project.get("/secrets").status == 304);
  at.fault({{"service", "ce"}, {"status", 304}, {"cut_body", true}});
  CHECK(at.project.get("/secrets").status == 304);
  CHECK(at.project.get("/secrets").status == 200);
}

TEST_CASE("an ordered refusal has the shape of the service that gets the blame") {
  const SignedIn at;
  const Client iam(at.names.at("CERTLOOP_IAM_URL"));
  const Client sm(at.names.at("LOCALCLOUD_SM_URL"));
  for (const Json& effect : {Json{{"status", 503}}, Json{{"stale_token", true}}}) {
    CAPTURE(effect.dump());
    Json order = effect;
    order["count"] = 3;
    at.fault(order);
    const Json from_ce = at.project.get("/secrets").json();
    const auto trace = from_ce.at("trace").get<std::string>();
    CHECK(trace.rfind("codeengine-api-", 0) == 0);
    CHECK(trace.size() == 15 + 32);
    CHECK_FALSE(from_ce.at("errors").at(0).contains("more_info"));
    const Json from_iam = iam.get("/identity/token").json();
    CHECK(from_iam.contains("errorCode"));
    CHECK(from_iam.at("context").contains("requestId"));
    CHECK(sm.get("/api/v2/secrets").json().at("errors").at(0).contains("more_info"));
  }
}

TEST_CASE("a fault can carry its own body, for ever, until it is deleted") {
  const SignedIn at;
  at.fault({{"status", 503}, {"body", {{"message", "gone fishing"}}}, {"count", -1}});
  for (int i = 0; i < 3; ++i) {
    const auto answer = at.project.get("/secrets");
    CHECK(answer.status == 503);
    CHECK(answer.json() == Json{{"message", "gone fishing"}});
  }
  CHECK(at.control.erase("/faults").status == 204);
  CHECK(at.project.get("/secrets").status == 200);
  at.fault({{"status", 502}, {"body", "<html>bad gateway</html>"}});
  const auto html = at.project.get("/secrets");
  CHECK(html.body == "<html>bad gateway</html>");
  CHECK(html.header("Content-Type") == "text/plain");
}

TEST_CASE("faults on writes differ in whether the write has happened") {
  struct Case {
    std::string effect;
    Json value;
    bool applied;
  };
  const Case cases[] = {
      {"status", 500, false},   {"stale_token", true, false}, {"reset", true, false},
      {"cut_body", true, true}, {"wrong_json", true, true},   {"drop_answer", true, true},
      {"delay_ms", 5, true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.effect);
    const SignedIn at;
    at.fault({{"method", "POST"}, {c.effect, c.value}});
    try {
      at.project.post("/config_maps", {{"name", "x"}});
    } catch (const NoAnswer&) {
    }
    CHECK(at.project.get("/config_maps/x").status == (c.applied ? 200 : 404));
    const Json entry = at.control.get("/journal?method=POST&service=ce").json()["entries"][0];
    CHECK(entry["fault"] == c.effect);
    CHECK(entry["served"] == (c.applied ? 201 : 0));
  }
}

TEST_CASE("the journal tells no status of what was never answered") {
  for (const std::string effect : {"reset", "drop_answer"}) {
    CAPTURE(effect);
    const SignedIn at;
    at.fault({{"service", "ce"}, {effect, true}});
    CHECK_THROWS_AS(at.project.get("/secrets"), NoAnswer);
    at.project.get("/secrets");
    const Json entries = at.control.get("/journal?service=ce").json()["entries"];
    CHECK(entries[0]["status"] == 0);
    CHECK(entries[1]["status"] == 200);
  }
}

TEST_CASE("broken answers break in the way that was ordered") {
  const SignedIn at;
  const std::string get = "GET /iam HTTP/1.1\r\nHost: localhost\r\n\r\n";
  SECTION("reset") {
    at.fault({{"service", "iam"}, {"reset", true}});
    RawConnection connection(at.cloud.port());
    connection.write(get);
    CHECK(connection.read_to_end().empty());
    CHECK(connection.end() == boost::asio::error::connection_reset);
  }
  SECTION("drop_answer") {
    at.fault({{"service", "iam"}, {"drop_answer", true}});
    RawConnection connection(at.cloud.port());
    connection.write(get);
    CHECK(connection.read_to_end().empty());
    CHECK(connection.end() == boost::asio::error::eof);
  }
  SECTION("cut_body") {
    at.fault({{"service", "iam"}, {"cut_body", true}, {"status", 500}, {"body", "0123456789"}});
    RawConnection connection(at.cloud.port());
    connection.write(get);
    const std::string text = connection.read_to_end();
    CHECK(text.find("Content-Length: 10\r\n") != std::string::npos);
    CHECK(text.substr(text.find("\r\n\r\n") + 4) == "01234");
  }
  SECTION("wrong_json") {
    at.fault({{"service", "ce"}, {"wrong_json", true}, {"count", 2}});
    for (const std::string path : {"/secrets", "/secrets/none"}) {
      const auto answer = at.project.get(path);
      CHECK(answer.status == 200);
      CHECK_THROWS(answer.json());
    }
  }
  SECTION("delay_ms") {
    at.fault({{"service", "ce"}, {"delay_ms", 60}});
    const auto start = std::chrono::steady_clock::now();
    CHECK(at.project.get("/secrets").status == 200);
    CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(60));
    CHECK(at.control.get("/journal?service=ce").json()["entries"][0]["took_ms"] >= 60);
  }
  SECTION("stale_token") {
    at.fault({{"service", "ce"}, {"stale_token", true}});
    const auto answer = at.project.get("/secrets");
    CHECK(answer.status == 401);
    CHECK(answer.json()["errors"][0]["code"] == "unauthorized");
    CHECK(at.project.get("/secrets").status == 200);
  }
}

TEST_CASE("an order that makes no sense is refused with 400") {
  const localcloud::Cloud cloud;
  const Client control(cloud.url() + "/_local");
  const Json orders[] = {
      Json::object(),
      {{"service", "ce"}},
      {{"status", 99}},
      {{"status", "500"}},
      {{"status", 500}, {"count", 0}},
      {{"status", 500}, {"count", -2}},
      {{"status", 500}, {"skip", -1}},
      {{"status", 500}, {"colour", "red"}},
      {{"reset", 1}},
      {{"reset", true}, {"retry_after", 1}},
      {{"status", 429}, {"retry_after", "1\r\nX: y"}},
      {{"status", 429}, {"retry_after", std::string(65, '1')}},
      {{"delay_ms", 600'001}},
      {{"path", 1}, {"reset", true}},
  };
  for (const Json& order : orders) {
    CAPTURE(order.dump());
    CHECK(control.post("/faults", order).status == 400);
  }
  CHECK(control.get("/faults").json()["faults"].empty());
}

TEST_CASE("faults never touch the controls") {
  const localcloud::Cloud cloud;
  const Client control(cloud.url() + "/_local");
  CHECK(control.post("/faults", {{"reset", true}, {"count", -1}}).status == 201);
  CHECK(control.get("/faults").status == 200);
}

TEST_CASE("globs match the whole text") {
  struct Case {
    std::string pattern;
    std::string text;
    bool matches;
  };
  const Case cases[] = {
      {"*", "", true},           {"*", "/a/b", true},        {"", "", true},
      {"", "a", false},          {"/a/*/c", "/a/b/c", true}, {"/a/*/c", "/a/b/d/c", true},
      {"/a/*/c", "/a/b", false}, {"*a*b*", "xaxxbx", true},  {"*a*b", "xaxbx", false},
      {"/a", "/a", true},        {"/a", "/ab", false},       {"a**", "a", true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.pattern, c.text);
    CHECK(localcloud::glob_matches(c.pattern, c.text) == c.matches);
  }
}

TEST_CASE("switches are told with meaning and default, and set by name") {
  const localcloud::Cloud cloud;
  const Client control(cloud.url() + "/_local");
  const Json before = control.get("/switches").json();
  CHECK(before["strict_tls"]["value"] == false);
  for (const auto& [name, entry] : before.items()) {
    CAPTURE(name);
    CHECK(entry["value"] == entry["default"]);
    CHECK_FALSE(entry["meaning"].get<std::string>().empty());
    CHECK(entry["takes"]["kind"].is_string());
  }
  CHECK(control.post("/switches", {{"strict_tls", true}}).status == 200);
  CHECK(control.get("/switches").json()["strict_tls"]["value"] == true);
  CHECK(control.post("/switches", {{"strict_tls", "yes"}}).status == 400);
  CHECK(control.post("/switches", {{"no_such", true}}).status == 400);
}

TEST_CASE("a cloud starts with its switches as it is told, and not at all when it cannot be so") {
  const localcloud::Cloud cloud({.switches = {{"strict_tls", "true"},
                                              {"ce_quota_status", "409"},
                                              {"pem_line_ends", "crlf"},
                                              {"private_cert_ca_chain", "\"root\""},
                                              {"tls_certificate", "expired"}}});
  const Json switches = Client(cloud.url() + "/_local").get("/switches").json();
  CHECK(switches["strict_tls"]["value"] == true);
  CHECK(switches["strict_tls"]["default"] == false);
  CHECK(switches["ce_quota_status"]["value"] == 409);
  CHECK(switches["pem_line_ends"]["value"] == "crlf");
  CHECK(switches["private_cert_ca_chain"]["value"] == "root");
  CHECK(switches["tls_certificate"]["value"] == "expired");

  const auto refused = [](const std::string& name, const std::string& value) -> std::string {
    try {
      const localcloud::Cloud none({.switches = {{name, value}}});
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refused("no_such", "true") == "There is no switch no_such.");
  CHECK(refused("strict_tls", "yes") == "The switch strict_tls takes a value like false.");
  CHECK(refused("ce_quota_status", "200") ==
        "The switch ce_quota_status takes one of: 400 to 599.");
  CHECK(refused("default_group_id", "5") != "");
}

TEST_CASE("the clock is moved by whole seconds") {
  const localcloud::Cloud cloud;
  const Client control(cloud.url() + "/_local");
  const auto before = control.get("/clock").json()["now"].get<std::string>();
  const auto after = control.post("/clock", {{"advance_seconds", 366 * 86400}});
  CHECK(after.status == 200);
  CHECK(after.json()["now"].get<std::string>().substr(0, 4) != before.substr(0, 4));
  for (const Json& body :
       {Json::object(), Json{{"advance_seconds", "1"}}, Json{{"advance_seconds", 1e18}},
        Json{{"advance_seconds", 1'000'000'000'000}}}) {
    CHECK(control.post("/clock", body).status == 400);
  }
}

TEST_CASE("a flush without events dispatches none") {
  const localcloud::Cloud cloud;
  const auto answer = Client(cloud.url()).post("/_local/flush");
  CHECK(answer.status == 200);
  CHECK(answer.json() == Json{{"dispatched", 0}});
}

TEST_CASE("what expires is told though nobody calls Secrets Manager") {
  const SignedIn at;
  const Client sm = Client(at.names.at("LOCALCLOUD_SM_URL") + "/api/v2").bearer(at.token);
  const Json link{{"event_notifications_instance_crn", at.names.at("LOCALCLOUD_EN_CRN")},
                  {"event_notifications_source_name", "certificates"},
                  {"event_notifications_source_description", "all of them"}};
  REQUIRE(sm.post("/notifications/registration", link).status == 201);
  const Json secret{{"secret_type", "arbitrary"},
                    {"name", "mortal"},
                    {"payload", "one"},
                    {"expiration_date", "2200-01-01T00:00:00Z"}};
  REQUIRE(sm.post("/secrets", secret).status == 201);
  at.control.post("/flush");
  CHECK(at.control.post("/flush").json()["dispatched"] == 0);
  for (int i = 0; i < 9; ++i) at.advance(20 * 366 * 86'400);
  // Warnings 90, 60, 30, 10, 1 and 0 days before, the end, and the end of its data.
  CHECK(at.control.post("/flush").json()["dispatched"] == 8);
}

TEST_CASE("the environment names every address and key") {
  const localcloud::Cloud cloud;
  const auto names = cloud.environment();
  for (const std::string sdk :
       {"SECRETS_MANAGER", "CODE_ENGINE", "EVENT_NOTIFICATIONS", "IAM_IDENTITY"}) {
    CAPTURE(sdk);
    CHECK(names.at(sdk + "_URL").rfind(cloud.url(), 0) == 0);
    CHECK(names.at(sdk + "_AUTH_TYPE") == "iam");
    CHECK(names.at(sdk + "_AUTH_URL") == cloud.url() + "/iam");
    CHECK(names.at(sdk + "_APIKEY") == names.at("CERTLOOP_API_KEY"));
  }
  CHECK(names.at("CODE_ENGINE_URL") == names.at("LOCALCLOUD_CE_URL_A"));
  CHECK(names.at("LOCALCLOUD_CE_URL_B") == cloud.url() + "/ce/us-south/v2");
  CHECK(names.at("LOCALCLOUD_SM_URL") == names.at("SECRETS_MANAGER_URL"));
}

TEST_CASE("a token is had with the compute token and the profile that the environment names") {
  const localcloud::Cloud cloud;
  const auto names = cloud.environment();
  const auto grant = [&](const std::string& profile) {
    const std::string body =
        "grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Acr-token&cr_token=" +
        names.at("LOCALCLOUD_COMPUTE_TOKEN") + "&" + profile;
    return Client(names.at("CERTLOOP_IAM_URL"))
        .send("POST", "/identity/token", {{"Content-Type", "application/x-www-form-urlencoded"}},
              body)
        .status;
  };
  CHECK(grant("profile_id=" + names.at("LOCALCLOUD_PROFILE_ID")) == 200);
  CHECK(grant("profile_name=" + names.at("LOCALCLOUD_PROFILE_NAME")) == 200);
  CHECK(grant("profile_name=other") == 400);
}
