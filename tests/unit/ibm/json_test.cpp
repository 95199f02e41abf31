#include "controller/ibm/json.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

namespace certloop::ibm {

TEST_CASE("only a whole object parses") {
  CHECK(parse_object("{}"));
  CHECK(parse_object(R"({"a":1})"));
  for (const char* text : {"", "[]", "1", "null", "{", "{}x", "{'a':1}", "{\"a\":\"\xff\"}"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_object(text));
  }
}

TEST_CASE("a member of another type reads as absent") {
  const auto object = nlohmann::json::parse(R"({"text":"t","number":1,"null":null,"list":["t"]})");
  CHECK(text_member(object, "text") == "t");
  for (const char* name : {"number", "null", "list", "absent"}) {
    CAPTURE(name);
    CHECK(text_member(object, name).empty());
  }
}

TEST_CASE("taking a secret leaves nothing behind") {
  auto object = nlohmann::json::parse(R"({"key":"secret","number":1})");
  CHECK(take_secret(object, "key").reveal() == "secret");
  CHECK(object.dump().find("secret") == std::string::npos);
  CHECK(take_secret(object, "number").empty());
  CHECK(take_secret(object, "absent").empty());
}

TEST_CASE("a path segment keeps only what is plain") {
  CHECK(encode_segment("azAZ09-._~") == "azAZ09-._~");
  CHECK(encode_segment("a/b?c#d e%f") == "a%2Fb%3Fc%23d%20e%25f");
  CHECK(encode_segment("\xc3\xa9") == "%C3%A9");
  CHECK(encode_segment("").empty());
}

TEST_CASE("a path segment cannot leave its place") {
  CHECK(encode_segment("../secrets") == "..%2Fsecrets");
  CHECK(encode_segment("a\r\nb") == "a%0D%0Ab");
  CHECK(encode_segment(std::string_view("a\0b", 3)) == "a%00b");
}

}  // namespace certloop::ibm
