#include "hack/localcloud/sm/expiration.h"
#include "hack/localcloud/sm/kind.h"
#include "hack/localcloud/sm/refusal.h"

// arbitrary and kv: what is sent is what is kept.
namespace localcloud::sm {
namespace {

class Arbitrary : public Kind {
 public:
  explicit Arbitrary(World& world) : world_(world) {}

  Draft create(const Fields& body) override {
    Draft draft;
    draft.expires = read_expiration(world_, body);
    draft.content = content_of(body);
    return draft;
  }
  Outcome rotate(const Secret&, const Fields& body) override { return content_of(body); }
  std::vector<std::string> patchable() const override { return {"expiration_date"}; }
  void patch(Secret& secret, const Fields& patch) override {
    if (patch.mentions("expiration_date")) secret.expires = read_expiration(world_, patch);
  }

 private:
  static Content content_of(const Fields& body) {
    Content content;
    content.payload["payload"] = body.text("payload", {1, 1'000'000});
    return content;
  }

  World& world_;
};

class KeyValue : public Kind {
 public:
  explicit KeyValue(World& world) : world_(world) {}

  Draft create(const Fields& body) override {
    Draft draft;
    draft.content = content_of(body);
    return draft;
  }
  Outcome rotate(const Secret&, const Fields& body) override { return content_of(body); }
  bool keeps_previous_payload() const override {
    return world_.switches.on("kv_keeps_previous_payload");
  }

 private:
  static Content content_of(const Fields& body) {
    Content content;
    content.payload["data"] = body.object("data", 512UL * 1024);
    if (content.payload["data"].empty()) refuse(400, "'data' needs at least one key.");
    return content;
  }

  World& world_;
};

}  // namespace

std::unique_ptr<Kind> make_arbitrary(World& world) {
  return std::make_unique<Arbitrary>(world);
}
std::unique_ptr<Kind> make_kv(World& world) {
  return std::make_unique<KeyValue>(world);
}

}  // namespace localcloud::sm
