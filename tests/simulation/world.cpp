#include "tests/simulation/world.h"

#include <algorithm>

namespace certloop::simulation {
namespace {

const char* const kInstance = "7c2e0000-0000-4000-8000-000000000001";

v1::Binding binding_of(std::size_t number, std::vector<v1::Target> targets) {
  v1::Binding binding;
  binding.id = "shop/mapping" + std::to_string(number);
  binding.source = World::source_at(number);
  binding.targets = std::move(targets);
  binding.require = v1::Require{.allow_older = number != 1};
  return binding;
}

const Stored* peek(const std::map<std::string, std::optional<Stored>>& all,
                   const v1::Target& target) {
  const auto found = all.find(World::key_of(target));
  return found == all.end() || !found->second ? nullptr : &*found->second;
}

}  // namespace

World::World(const Certificates& certificates) {
  for (std::size_t i = 0; i < Certificates::kSources; ++i) {
    sources_.push_back({i, {&certificates.of(i).front()}, false});
  }
  mapping.push_back(binding_of(0, {target_at(0), target_at(5)}));
  mapping.push_back(binding_of(1, {target_at(1)}));
  mapping.push_back(binding_of(2, {target_at(6)}));
}

SourceLines World::source_lines() const {
  SourceLines lines;
  for (const Source& source : sources_) {
    if (source.deleted) continue;
    lines.push_back({"id-of-source" + std::to_string(source.number), "imported_cert",
                     "source" + std::to_string(source.number),
                     source.versions.size() << 32 | source.readings});
  }
  return lines;
}

TargetLines World::target_lines(const std::string& project_id, bool as_before) const {
  TargetLines lines;
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    const v1::Target target = target_at(slot);
    const Stored* there = as_before ? stored_before(target) : stored(target);
    if (there && target.project->id == project_id) lines.emplace(target.secret, there->entity_tag);
  }
  return lines;
}

// One by name, the others by id.
v1::Source World::source_at(std::size_t number) {
  v1::Source source;
  source.manager = v1::Service{"main", {"https://secrets.example", {}}, kInstance};
  if (number == 1) {
    source.group = "default";
    source.name = "source1";
  } else {
    source.id = "id-of-source" + std::to_string(number);
  }
  return source;
}

v1::Target World::target_at(std::size_t slot) {
  v1::Target target;
  const std::string project = slot % 2 == 0 ? "shop" : "admin";
  target.project = v1::Service{project, {"https://code.example/v2", {}}, "id-of-" + project};
  target.secret = "secret" + std::to_string(slot);
  if (slot < 5) {
    target.format = v1::Format::tls;
    target.data = v1::Parts{{"tls_cert", v1::Part::fullchain}, {"tls_key", v1::Part::private_key}};
  } else {
    target.format = v1::Format::generic;
    target.data = v1::Parts{{"cert.pem", v1::Part::certificate},
                            {"ca.pem", v1::Part::chain},
                            {"key.pem", v1::Part::private_key}};
  }
  return target;
}

std::string World::key_of(const v1::Target& target) {
  return target.project->id + "/" + target.secret;
}

Source& World::source(const v1::Source& where) {
  const std::string& word = where.id.empty() ? where.name : where.id;
  return sources_[static_cast<std::size_t>(word.back() - '0')];
}

const Stored* World::stored(const v1::Target& target) const {
  return peek(now_, target);
}

const Stored* World::stored_before(const v1::Target& target) const {
  return peek(before_, target);
}

void World::put(const v1::Target& target, std::string format, Texts data) {
  auto& place = now_[key_of(target)];
  before_[key_of(target)] = std::move(place);
  place = Stored{std::move(format), std::to_string(1'774'500'000 + ++tags_), std::move(data)};
}

void World::remove(const v1::Target& target) {
  before_[key_of(target)] = std::exchange(now_[key_of(target)], std::nullopt);
}

const v1::Binding* World::owner_of(const v1::Target& target) const {
  const auto owns = [&](const v1::Binding& binding) {
    return std::find(binding.targets.begin(), binding.targets.end(), target) !=
           binding.targets.end();
  };
  const auto found = std::find_if(mapping.begin(), mapping.end(), owns);
  return found == mapping.end() ? nullptr : &*found;
}

std::set<std::size_t> World::free_slots() const {
  std::set<std::size_t> free;
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    if (!owner_of(target_at(slot))) free.insert(slot);
  }
  return free;
}

Texts meaning_of(const v1::Target& target, const Texts& data) {
  Texts meaning;
  for (const auto& [key, part] : *target.data) {
    const auto found = data.find(key);
    if (found == data.end()) continue;
    std::string text = found->second;
    text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
    meaning.emplace(key, std::move(text));
  }
  return meaning;
}

}  // namespace certloop::simulation
