#include "hack/localcloud/run/images.h"

#include "tests/support/catch.h"

using localcloud::run::Images;
using Commands = std::map<std::string, std::string>;

TEST_CASE("an image is known by its reference, with or without what a reference may leave out") {
  struct Case {
    const char* registered;
    const char* reference;
    bool known;
  };
  const Case cases[] = {
      {"certloop", "certloop", true},
      {"certloop", "certloop:latest", true},
      {"certloop", "certloop:1.2@sha256:abc", true},
      {"certloop", "docker.io/library/certloop:1", true},
      {"docker.io/library/certloop", "certloop", true},
      {"certloop", "docker.io/shop/certloop", false},
      {"certloop", "certloop2", false},
      {"certloop:1", "certloop:1", true},
      {"certloop:1", "certloop:2", false},
      {"certloop:1", "certloop", false},
      {"icr.io/shop/web", "icr.io/shop/web:7", true},
      {"localhost:5000/web", "localhost:5000/web", true},
      {"localhost:5000/web", "localhost:5000/web:7", true},
      {"localhost", "localhost:5000/web", false},
  };
  for (const Case& one : cases) {
    INFO(one.registered << " for " << one.reference);
    const Commands registered{{one.registered, "run"}};
    const Images images(registered);
    CHECK((images.command(one.reference) != nullptr) == one.known);
  }
}

TEST_CASE("an image without a command is refused") {
  const Commands registered{{"web", ""}};
  CHECK_THROWS_AS(Images(registered), std::runtime_error);
}

TEST_CASE("an exact tag goes before a name for all tags") {
  const Commands registered{{"web", "any"}, {"web:2", "second"}};
  const Images images(registered);
  CHECK(*images.command("web:1") == "any");
  CHECK(*images.command("web:2") == "second");
}
