#include "hack/localcloud/en/signing.h"

#include <algorithm>

namespace localcloud::en {
namespace {

constexpr std::int64_t kLife = 300;  // seconds

std::string text_of(const World& world, const char* name) {
  return world.switches.value(name).get<std::string>();
}

std::string without_armour(const std::string& pem) {
  const std::size_t begin = pem.find('\n') + 1;
  std::string base64 = pem.substr(begin, pem.find("-----END") - begin);
  std::erase(base64, '\n');
  return base64;
}

}  // namespace

Signing::Signing(World& world) : world_(world) {
  world.switches.declare("signed_delivery_layout", "body",
                         "where a signed delivery's token stands: body (it is the whole body) or "
                         "data (in this member of a JSON object)",
                         one_of({"body", "data"}));
  world.switches.declare("signed_delivery_claim", "data",
                         "claim with the notification: data, dat, or none (it is the claims)",
                         one_of({"data", "dat", "none"}));
  world.switches.declare("signed_delivery_times", "iat",
                         "times in the token: none, iat, or iat_exp (it ends after five minutes)",
                         one_of({"none", "iat", "iat_exp"}));
  world.switches.declare("public_key_form", "pem",
                         "how a destination's key is told: pem, pkcs1 (also PEM), base64, or jwk "
                         "(its JSON as a text)",
                         one_of({"pem", "pkcs1", "base64", "jwk"}));
}

void Signing::sign(OutboundRequest& request, const std::string& destination_id) {
  if (request.body.empty()) return;
  const Json header{{"alg", "RS256"}, {"typ", "JWT"}};
  request.body = keys_[destination_id].sign(header, claims_over(request.body));
  if (text_of(world_, "signed_delivery_layout") == "data") {
    request.body = Json{{"data", request.body}}.dump();
  }
}

Json Signing::claims_over(const std::string& body) const {
  const std::string claim = text_of(world_, "signed_delivery_claim");
  const std::string times = text_of(world_, "signed_delivery_times");
  const Json notification = Json::parse(body);
  Json claims = claim == "none" ? notification : Json{{claim, notification}};
  const std::int64_t now = unix_seconds(world_.clock.now());
  if (times != "none") claims["iat"] = now;
  if (times == "iat_exp") claims["exp"] = now + kLife;
  return claims;
}

std::string Signing::public_key(const std::string& destination_id) {
  Rs256Key& key = keys_[destination_id];
  const std::string form = text_of(world_, "public_key_form");
  if (form == "pkcs1") return key.public_pkcs1_pem();
  if (form == "jwk") return key.public_jwk(destination_id).dump();
  return form == "base64" ? without_armour(key.public_spki_pem()) : key.public_spki_pem();
}

}  // namespace localcloud::en
