#include "controller/core/names.h"

#include "tests/support/catch.h"

namespace certloop {

// RFC 6125, section 6.4, with its optional looseness left out.
TEST_CASE("a certificate's names cover a wanted name by RFC 6125") {
  struct Case {
    const char* fact;
    std::vector<std::string> names;
    const char* wanted;
    bool covered;
  };
  const std::vector<Case> cases = {
      {"the same name", {"www.example.com"}, "www.example.com", true},
      {"letter case does not matter", {"WWW.Example.com"}, "www.eXample.COM", true},
      {"another name", {"www.example.com"}, "example.com", false},
      {"any of several", {"a.example", "b.example"}, "b.example", true},
      {"no names cover nothing", {}, "a.example", false},
      {"a wildcard covers one label", {"*.example.com"}, "www.example.com", true},
      {"a wildcard covers one label in any case", {"*.EXAMPLE.com"}, "www.example.COM", true},
      {"a wildcard covers an A-label", {"*.example.com"}, "xn--bcher-kva.example.com", true},
      {"a wildcard does not cover its parent", {"*.example.com"}, "example.com", false},
      {"a wildcard does not cover two labels", {"*.example.com"}, "a.b.example.com", false},
      {"a wildcard does not cover an empty label", {"*.example.com"}, ".example.com", false},
      {"a wildcard in the middle is no wildcard", {"www.*.com"}, "www.example.com", false},
      {"a wildcard as a part of a label is none", {"w*.example.com"}, "www.example.com", false},
      {"a bare asterisk covers nothing", {"*"}, "localhost", false},
      {"a wildcard over a single label covers nothing", {"*.com"}, "example.com", false},
      {"a wildcard over a dotted single label covers nothing", {"*.com."}, "example.com.", false},
      {"a wildcard over a single label is itself", {"*.com"}, "*.com", true},
      {"an A-label is not its U-label",
       {"xn--bcher-kva.example"},
       "b\xc3\xbc"
       "cher.example",
       false},
      {"a wanted wildcard wants the same wildcard", {"*.example.com"}, "*.example.com", true},
      {"a wanted wildcard in another case", {"*.example.com"}, "*.EXAMPLE.com", true},
      {"a wanted wildcard is not covered by a name", {"www.example.com"}, "*.example.com", false},
      {"a wanted wildcard is not covered by a wider one", {"*.com"}, "*.example.com", false},
      {"a shorter name is no prefix match", {"example.com"}, "example.com.evil", false},
      {"a longer name is no suffix match", {"example.com"}, "badexample.com", false},
      {"nothing covers the empty name", {"*.example.com", "*."}, "", false},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      CHECK(covers(c.names, c.wanted) == c.covered);
    }
  }
}

}  // namespace certloop
