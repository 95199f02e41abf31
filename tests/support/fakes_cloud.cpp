#include "tests/support/fakes_cloud.h"

namespace certloop::test {
namespace {

Texts texts_of(const SecretData& data) {
  Texts texts;
  for (const auto& [key, value] : data) texts.emplace(key, std::string(value.reveal()));
  return texts;
}

SecretData secrets_of(const Texts& texts) {
  SecretData data;
  for (const auto& [key, value] : texts) data.emplace(key, SecretBytes(std::string_view(value)));
  return data;
}

const char* word_of(v1::Format format) {
  switch (format) {
    case v1::Format::tls:
      return "tls";
    case v1::Format::generic:
      return "generic";
  }
  return "generic";
}

}  // namespace

FakeCloud::SourceKey FakeCloud::key_of(const v1::Source& source) {
  return {source.manager->endpoint.url, source.id, source.group, source.name,
          source.id.empty() ? static_cast<int>(source.type) : 0};
}

std::string FakeCloud::key_of(const v1::Target& target) {
  return target.project->id + "/" + target.secret;
}

Fault FakeCloud::enter(Call call) {
  std::unique_lock lock(mutex_);
  const auto observer = observer_;
  const auto found = faults_.find({call, ++calls_[call]});
  const Fault fault = found == faults_.end() ? Fault{} : found->second;
  lock.unlock();
  if (observer) observer(call);
  if (fault.before) fault.before();
  return fault;
}

Result<FetchedSource> FakeCloud::fetch(const v1::Source& source, SteadyTime) {
  const Fault fault = enter(Call::read_source);
  if (fault.error) return tl::make_unexpected(*fault.error);
  const std::lock_guard lock(mutex_);
  const auto found = sources_.find(key_of(source));
  if (found == sources_.end()) return SourceMissing{};
  if (const auto* why = std::get_if<std::string>(&found->second)) return SourceUnreadable{*why};
  const auto& material = std::get<Material>(found->second);
  return SourcePayload{material.version, material.certificate, material.issuers,
                       SecretBytes(std::string_view(material.private_key))};
}

Result<std::optional<TargetSnapshot>> FakeCloud::fetch(const v1::Target& target, SteadyTime) {
  const Fault fault = enter(Call::read_target);
  if (fault.error) return tl::make_unexpected(*fault.error);
  const std::lock_guard lock(mutex_);
  const auto found = targets_.find(key_of(target));
  if (found == targets_.end()) return std::nullopt;
  TargetSnapshot snapshot{found->second.format, found->second.entity_tag, {}};
  if (!hidden_) snapshot.data = secrets_of(found->second.data);
  return snapshot;
}

Result<std::string> FakeCloud::create(const v1::Target& target, const SecretData& data,
                                      SteadyTime) {
  const Fault fault = enter(Call::create);
  if (fault.error && !fault.applied) return tl::make_unexpected(*fault.error);
  const auto applied = apply_create(target, texts_of(data));
  if (fault.error) return tl::make_unexpected(*fault.error);
  return applied;
}

Result<std::string> FakeCloud::replace(const v1::Target& target, const SecretData& data,
                                       const std::string& if_match, SteadyTime) {
  const Fault fault = enter(Call::replace);
  if (fault.error && !fault.applied) return tl::make_unexpected(*fault.error);
  const auto applied = apply_replace(target, texts_of(data), if_match);
  if (fault.error) return tl::make_unexpected(*fault.error);
  return applied;
}

Result<std::string> FakeCloud::apply_create(const v1::Target& target, Texts data) {
  const std::lock_guard lock(mutex_);
  if (missing_projects_.count(target.project->id) != 0) {
    return certloop::fail(ErrorCode::not_found, "no such project");
  }
  const auto [place, fresh] = targets_.try_emplace(key_of(target));
  if (!fresh) return certloop::fail(ErrorCode::conflict, "it exists");
  place->second = {word_of(target.format), next_tag(), data};
  writes_.push_back({Call::create, place->first, {}, std::move(data)});
  return place->second.entity_tag;
}

Result<std::string> FakeCloud::apply_replace(const v1::Target& target, Texts data,
                                             const std::string& if_match) {
  const std::lock_guard lock(mutex_);
  const auto place = targets_.find(key_of(target));
  if (place == targets_.end() || place->second.entity_tag != if_match) {
    return certloop::fail(ErrorCode::conflict, "it is another one now");
  }
  place->second = {word_of(target.format), next_tag(), data};
  writes_.push_back({Call::replace, place->first, if_match, std::move(data)});
  return place->second.entity_tag;
}

void FakeCloud::put(const v1::Source& source, Material material) {
  const std::lock_guard lock(mutex_);
  sources_[key_of(source)] = std::move(material);
}

void FakeCloud::make_unreadable(const v1::Source& source, std::string why) {
  const std::lock_guard lock(mutex_);
  sources_[key_of(source)] = std::move(why);
}

void FakeCloud::remove(const v1::Source& source) {
  const std::lock_guard lock(mutex_);
  sources_.erase(key_of(source));
}

void FakeCloud::put(const v1::Target& target, std::string format, Texts data) {
  const std::lock_guard lock(mutex_);
  targets_[key_of(target)] = {std::move(format), next_tag(), std::move(data)};
}

void FakeCloud::remove(const v1::Target& target) {
  const std::lock_guard lock(mutex_);
  targets_.erase(key_of(target));
}

void FakeCloud::remove_project(const v1::Target& target) {
  const std::lock_guard lock(mutex_);
  missing_projects_.insert(target.project->id);
}

void FakeCloud::hide_content() {
  const std::lock_guard lock(mutex_);
  hidden_ = true;
}

void FakeCloud::on(Call call, int number, Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_[{call, number}] = std::move(fault);
}

void FakeCloud::on_every(std::function<void(Call)> observer) {
  const std::lock_guard lock(mutex_);
  observer_ = std::move(observer);
}

std::optional<Stored> FakeCloud::stored(const v1::Target& target) const {
  const std::lock_guard lock(mutex_);
  const auto found = targets_.find(key_of(target));
  if (found == targets_.end()) return {};
  return found->second;
}

int FakeCloud::calls(Call call) const {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(call);
  return found == calls_.end() ? 0 : found->second;
}

std::vector<Write> FakeCloud::writes() const {
  const std::lock_guard lock(mutex_);
  return writes_;
}

}  // namespace certloop::test
