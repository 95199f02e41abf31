#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

#include "hack/localcloud/sm/expiration.h"
#include "hack/localcloud/sm/kind.h"
#include "hack/localcloud/sm/rotation.h"

namespace localcloud::sm {
namespace {

std::size_t random_below(std::size_t limit) {  // limit up to 256, without a bias
  const std::size_t usable = 256 - 256 % limit;
  for (;;) {
    unsigned char byte = 0;
    if (RAND_bytes(&byte, 1) != 1) throw std::runtime_error("no randomness");
    if (byte < usable) return byte % limit;
  }
}

Json read_policy(const Fields& body) {
  const Json given = body.object("password_generation_policy", 1024);
  const Fields policy(given);
  return {{"length", policy.integer("length", 12, 256, 32)},
          {"include_digits", policy.flag("include_digits", true)},
          {"include_symbols", policy.flag("include_symbols", true)},
          {"include_uppercase", policy.flag("include_uppercase", true)}};
}

// At least one character of each class that the policy includes.
std::string generate_password(const Json& policy) {
  std::vector<std::string> classes{"abcdefghijklmnopqrstuvwxyz"};
  if (policy.at("include_digits").get<bool>()) classes.emplace_back("0123456789");
  if (policy.at("include_symbols").get<bool>()) classes.emplace_back("~!@#$%^&*()-_=+[]{}:,.<>?");
  if (policy.at("include_uppercase").get<bool>()) {
    classes.emplace_back("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  }
  std::string all;
  std::string password;
  for (const auto& letters : classes) {
    all += letters;
    password += letters[random_below(letters.size())];
  }
  while (password.size() < policy.at("length").get<std::size_t>()) {
    password += all[random_below(all.size())];
  }
  for (std::size_t i = password.size() - 1; i > 0; --i) {
    std::swap(password[i], password[random_below(i + 1)]);
  }
  return password;
}

class UsernamePassword : public Kind {
 public:
  explicit UsernamePassword(World& world) : world_(world) {}

  Draft create(const Fields& body) override {
    Draft draft;
    draft.expires = read_expiration(world_, body);
    draft.own = {{"rotation", read_interval_rotation(body)}};
    const Json policy = read_policy(body);
    if (body.has("password_generation_policy")) draft.own["password_generation_policy"] = policy;
    draft.content = content_of(body.text("username", {2, 64}), body, policy);
    return draft;
  }

  Outcome rotate(const Secret& secret, const Fields& body) override {
    const std::string username = secret.versions.back().content.payload.value("username", "");
    return content_of(username, body, read_policy(Fields(secret.own)));
  }

  std::vector<std::string> patchable() const override {
    return {"expiration_date", "rotation", "password_generation_policy"};
  }
  void patch(Secret& secret, const Fields& patch) override {
    if (patch.mentions("expiration_date")) secret.expires = read_expiration(world_, patch);
    if (patch.mentions("rotation")) secret.own["rotation"] = read_interval_rotation(patch);
    if (patch.mentions("password_generation_policy")) {
      secret.own["password_generation_policy"] = read_policy(patch);
    }
  }

 private:
  static Content content_of(const std::string& username, const Fields& body, const Json& policy) {
    Content content;
    const auto given = body.maybe_text("password", {6, 256});
    content.payload = {{"username", username},
                       {"password", given ? *given : generate_password(policy)}};
    return content;
  }

  World& world_;
};

}  // namespace

std::unique_ptr<Kind> make_username_password(World& world) {
  return std::make_unique<UsernamePassword>(world);
}

}  // namespace localcloud::sm
