#include "hack/localcloud/cloud.h"
#include "tests/support/catch.h"
#include "tests/support/cloud_client.h"

TEST_CASE("an address without a service answers 404 in the standard shape") {
  localcloud::Cloud cloud;
  const auto answer = cloud_client::Client(cloud.url()).get("/nowhere");
  CHECK(answer.status == 404);
  CHECK(answer.json()["errors"][0]["code"] == "not_found");
}
