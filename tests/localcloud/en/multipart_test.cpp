#include "hack/localcloud/en/multipart.h"

#include "tests/localcloud/en/forms.h"
#include "tests/support/catch.h"

using localcloud::en::parse_multipart;

namespace {

const forms::Fields kFields{{"name", "certloop \"app\"; x=y"},
                            {"type", "ibmce"},
                            {"collect_failed_events", "false"},
                            {"config", R"({"params":{"type":"application"}})"}};

}  // namespace

TEST_CASE("the forms of three SDKs say the same") {
  for (const forms::Form& form :
       {forms::go(kFields), forms::node(kFields), forms::python(kFields)}) {
    INFO(form.body);
    const auto fields = parse_multipart(form.content_type, form.body);
    CHECK(fields.size() == 4);
    CHECK(fields.at("name") == "certloop \"app\"; x=y");
    CHECK(fields.at("type") == "ibmce");
    CHECK(fields.at("config").find(R"({"params":{"type":"application"}})") == 0);
  }
}

TEST_CASE("a form may have a preamble, an epilogue, empty parts and lone line ends") {
  const auto fields = parse_multipart(
      "Multipart/Form-Data; charset=utf-8; BOUNDARY=\"a b\"",
      "before\r\n--a b\r\nCONTENT-DISPOSITION: form-data; filename=\"f;name=g\"; name=one\r\n\r\n"
      "\r\n--a b\r\ncontent-disposition: form-data; name=\"t\\\"wo\"\r\n\r\na\nb--a b\r\n"
      "\r\n--a b--\r\nafter");
  CHECK(fields == std::map<std::string, std::string>{{"one", ""}, {"t\"wo", "a\nb--a b\r\n"}});
}

TEST_CASE("a bad form is refused") {
  const std::string good =
      "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n";
  std::string many;
  for (int i = 0; i < 40; ++i) many += good.substr(0, good.find("--b--"));
  struct Case {
    const char* name;
    std::string content_type;
    std::string body;
  };
  const Case cases[] = {
      {"JSON", "application/json", "{}"},
      {"no boundary", "multipart/form-data", good},
      {"empty boundary", "multipart/form-data; boundary=\"\"", good},
      {"long boundary", "multipart/form-data; boundary=" + std::string(80, 'b'), good},
      {"other boundary", "multipart/form-data; boundary=c", good},
      {"empty", "multipart/form-data; boundary=b", ""},
      {"cut", "multipart/form-data; boundary=b", good.substr(0, good.size() - 9)},
      {"no name", "multipart/form-data; boundary=b",
       "--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--\r\n"},
      {"no headers", "multipart/form-data; boundary=b", "--b\r\n\r\n1\r\n--b--\r\n"},
      {"no blank line", "multipart/form-data; boundary=b",
       "--b\r\nContent-Disposition: form-data; name=a\r\n--b--\r\n"},
      {"too many parts", "multipart/form-data; boundary=b", many + "--b--\r\n"}};
  for (const Case& one : cases) {
    INFO(one.name);
    CHECK_THROWS_AS(parse_multipart(one.content_type, one.body), std::invalid_argument);
  }
}
