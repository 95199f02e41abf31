#include "hack/localcloud/sm/made_up.h"

namespace localcloud::sm {

std::string made_up_api_key(Ids& ids) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  std::string key;
  while (key.size() < 44) key += kLetters[std::stoul(ids.hex(2), nullptr, 16) % 64];
  return key;
}

std::string iam_crn(const World& world, const std::string& kind, const std::string& id) {
  return "crn:v1:bluemix:public:iam-identity::a/" + world.seed.account + "::" + kind + ":" + id;
}

}  // namespace localcloud::sm
