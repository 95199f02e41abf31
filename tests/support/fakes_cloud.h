#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "controller/ports/secret_source.h"
#include "controller/ports/secret_target.h"

namespace certloop::test {

using Texts = std::map<std::string, std::string>;

// What a source holds, as plain text.
struct Material {
  std::string certificate{};
  std::vector<std::string> issuers{};
  std::string private_key{};
  std::string version{};
};

// A target secret as it lies in its project.
struct Stored {
  std::string format{};
  std::string entity_tag{};
  Texts data{};
  bool operator==(const Stored&) const = default;
};

enum class Call { read_source, read_target, create, replace };

// What happens to one call.
struct Fault {
  std::function<void()> before{};  // somebody acts first; may throw
  std::optional<Error> error{};    // the answer
  bool applied = false;            // the error comes after the effect: the answer was lost
};

// One successful write, in the order of the writes.
struct Write {
  Call call = Call::create;
  std::string target{};  // "project id/secret"
  std::string if_match{};
  Texts data{};
};

// A Secrets Manager and Code Engine in memory, with entity tags that change with every write. It
// can be made to fail, it remembers what was asked of it. Threads: any.
class FakeCloud : public SecretSource, public SecretTarget {
 public:
  Result<FetchedSource> fetch(const v1::Source& source, SteadyTime deadline) override;
  Result<std::optional<TargetSnapshot>> fetch(const v1::Target& target,
                                              SteadyTime deadline) override;
  Result<std::string> create(const v1::Target& target, const SecretData& data,
                             SteadyTime deadline) override;
  Result<std::string> replace(const v1::Target& target, const SecretData& data,
                              const std::string& if_match, SteadyTime deadline) override;

  // --- arranging: what other people do ---
  void put(const v1::Source& source, Material material);
  void make_unreadable(const v1::Source& source, std::string why);
  void remove(const v1::Source& source);
  void put(const v1::Target& target, std::string format, Texts data);
  void remove(const v1::Target& target);
  void remove_project(const v1::Target& target);
  void hide_content();

  // --- arranging: what goes wrong; `number` counts the calls of one kind from 1 ---
  void on(Call call, int number, Fault fault);
  void fail(Call call, int number, ErrorCode code) { on(call, number, {{}, error(code), false}); }
  void lose_answer(Call call, int number) {
    on(call, number, {{}, error(ErrorCode::unavailable), true});
  }
  // Runs at the beginning of every call, with no lock held.
  void on_every(std::function<void(Call)> observer);

  // --- looking ---
  std::optional<Stored> stored(const v1::Target& target) const;
  int calls(Call call) const;
  std::vector<Write> writes() const;

 private:
  using SourceKey = std::tuple<std::string, std::string, std::string, std::string, int>;
  using Content = std::variant<std::string, Material>;  // why it is unreadable, or what it holds

  static SourceKey key_of(const v1::Source& source);
  static std::string key_of(const v1::Target& target);
  static Error error(ErrorCode code) { return {code, "arranged by the test", {}}; }
  Fault enter(Call call);
  Result<std::string> apply_create(const v1::Target& target, Texts data);
  Result<std::string> apply_replace(const v1::Target& target, Texts data,
                                    const std::string& if_match);
  std::string next_tag() { return std::to_string(1'774'500'000 + ++tags_); }

  mutable std::mutex mutex_;
  std::map<SourceKey, Content> sources_;
  std::map<std::string, Stored> targets_;
  std::set<std::string> missing_projects_;
  bool hidden_ = false;
  int tags_ = 0;
  std::map<Call, int> calls_;
  std::map<std::pair<Call, int>, Fault> faults_;
  std::function<void(Call)> observer_;
  std::vector<Write> writes_;
};

}  // namespace certloop::test
