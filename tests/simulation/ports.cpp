#include "tests/simulation/ports.h"

#include <stdexcept>

namespace certloop::simulation {
namespace {

Texts texts_of(const SecretData& data) {
  Texts texts;
  for (const auto& [key, value] : data) texts.emplace(key, std::string(value.reveal()));
  return texts;
}

std::optional<TargetSnapshot> snapshot_of(const Stored* stored) {
  if (!stored) return {};
  SecretData data;
  for (const auto& [key, text] : stored->data) {
    data.emplace(key, SecretBytes(std::string_view(text)));
  }
  return TargetSnapshot{stored->format, stored->entity_tag, std::move(data)};
}

constexpr const char* kFaultNames[] = {"ok",      "denied",      "not-found", "conflict",
                                       "busy",    "unavailable", "time-out",  "answer-lost",
                                       "corrupt", "stale",       "exception"};

}  // namespace

// Others act while time passes, and one of them may have ended our process.
void Ports::wait(Duration time) {
  stage_.timeline.pass(time);
  if (stage_.chance.hit(stage_.weather.meddling)) stage_.meddle();
  if (!caller_.is_dead() && stage_.chance.hit(stage_.weather.deaths)) caller_.die();
  if (caller_.is_dead()) throw Death{};
}

Ports::Fault Ports::choose(const char* what) {
  Fault fault = Fault::none;
  if (stage_.chance.hit(stage_.weather.faults)) {
    fault = static_cast<Fault>(1 + stage_.chance.below(kFaults - 1));
    ++stage_.counts.faults;
  }
  stage_.trace.note({what, kFaultNames[static_cast<std::size_t>(fault)]});
  return fault;
}

std::optional<Error> Ports::refusal(Fault fault) {
  switch (fault) {
    case Fault::denied:
      return Error{ErrorCode::denied, "arranged: 403", {}};
    case Fault::not_found:
      return Error{ErrorCode::not_found, "arranged: 404", {}};
    case Fault::conflict:
      return Error{ErrorCode::conflict, "arranged: 412", {}};
    case Fault::busy:
      return Error{ErrorCode::unavailable, "arranged: 429",
                   stage_.chance.between(Duration(1'000), stage_.weather.longest_retry_after)};
    case Fault::unavailable:
      return Error{ErrorCode::unavailable, "arranged: 503", {}};
    case Fault::corrupt:
      return Error{ErrorCode::corrupt, "arranged: not JSON", {}};
    case Fault::exception:
      caller_.interrupted();
      throw std::runtime_error(stage_.certificates.stranger().private_key);
    case Fault::none:
    case Fault::time_out:
    case Fault::answer_lost:
    case Fault::stale:
      return {};
  }
  return {};
}

template <class Answer>
Answer Ports::call(const char* what, SteadyTime deadline, const std::function<Answer(Fault)>& act) {
  const Error no_answer{ErrorCode::unavailable, "arranged: no answer in time", {}};
  if (caller_.is_dead()) throw Death{};
  if (stage_.timeline.steady_now() >= deadline) return tl::make_unexpected(no_answer);
  const Duration most = stage_.weather.slowest;
  wait(stage_.chance.between(Duration(1), most));
  const Fault fault = choose(what);
  if (const auto refused = refusal(fault)) {
    if (refused->retry_after) caller_.told_to_wait(*refused->retry_after);
    wait(Duration(1));
    return tl::make_unexpected(*refused);
  }
  Answer answer = fault == Fault::time_out ? Answer(tl::make_unexpected(no_answer)) : act(fault);
  wait(stage_.chance.between(Duration(1), most));
  if (fault == Fault::time_out || fault == Fault::answer_lost) {
    wait(std::max(Duration(0),
                  std::chrono::duration_cast<Duration>(deadline - stage_.timeline.steady_now())));
    return tl::make_unexpected(no_answer);
  }
  if (stage_.timeline.steady_now() > deadline) return tl::make_unexpected(no_answer);
  return answer;
}

Result<FetchedSource> Ports::fetch(const v1::Source& source, SteadyTime deadline) {
  // The port promises the current version, so there is no lagging here.
  return call<Result<FetchedSource>>("read-source", deadline, [&](Fault) -> Result<FetchedSource> {
    Source& there = stage_.world.source(source);
    const Certificate* current = there.current();
    if (!current) return SourceMissing{};
    ++there.readings;
    // Read by name, a secret does not tell its version.
    return SourcePayload{source.id.empty() ? "" : std::to_string(there.versions.size()),
                         current->leaf, current->issuers,
                         SecretBytes(std::string_view(current->private_key))};
  });
}

Result<std::optional<TargetSnapshot>> Ports::fetch(const v1::Target& target, SteadyTime deadline) {
  return call<Result<std::optional<TargetSnapshot>>>(
      "read-target", deadline, [&](Fault fault) -> Result<std::optional<TargetSnapshot>> {
        return snapshot_of(fault == Fault::stale ? stage_.world.stored_before(target)
                                                 : stage_.world.stored(target));
      });
}

Result<std::string> Ports::create(const v1::Target& target, const SecretData& data,
                                  SteadyTime deadline) {
  return call<Result<std::string>>("create", deadline, [&](Fault) -> Result<std::string> {
    if (stage_.world.stored(target)) return fail(ErrorCode::conflict, "arranged: it exists");
    if (stage_.world.quota_exhausted) return fail(ErrorCode::exhausted, "arranged: no quota");
    return store(target, data);
  });
}

Result<std::string> Ports::replace(const v1::Target& target, const SecretData& data,
                                   const std::string& if_match, SteadyTime deadline) {
  return call<Result<std::string>>("replace", deadline, [&](Fault) -> Result<std::string> {
    const Stored* there = stage_.world.stored(target);
    if (!there || there->entity_tag != if_match) {
      return fail(ErrorCode::conflict, "arranged: it is another one now");
    }
    return store(target, data);
  });
}

std::string Ports::store(const v1::Target& target, const SecretData& data) {
  Texts texts = texts_of(data);
  stage_.judge.writes(caller_.binding(), target, texts);
  stage_.world.put(target, v1::to_string(target.format), std::move(texts));
  ++stage_.counts.writes;
  return stage_.world.stored(target)->entity_tag;
}

Result<SourceLines> Ports::sources(const v1::Endpoint&, SteadyTime deadline) {
  return call<Result<SourceLines>>("list-sources", deadline, [&](Fault fault) {
    SourceLines lines = stage_.world.source_lines();
    if (fault == Fault::stale && !lines.empty()) {
      lines.erase(lines.begin() + static_cast<long>(stage_.chance.below(lines.size())));
    }
    return lines;
  });
}

Result<TargetLines> Ports::targets(const v1::Endpoint&, const std::string& project_id,
                                   SteadyTime deadline) {
  return call<Result<TargetLines>>("list-targets", deadline, [&](Fault fault) {
    return stage_.world.target_lines(project_id, fault == Fault::stale);
  });
}

Result<std::string> Ports::current_version(const v1::Endpoint&, const std::string& secret_id,
                                           SteadyTime deadline) {
  return call<Result<std::string>>("read-version", deadline, [&](Fault) -> Result<std::string> {
    const Source& there = stage_.world.source(std::stoul(secret_id.substr(12)));
    if (!there.current()) return fail(ErrorCode::not_found, "arranged: no version");
    return std::to_string(there.versions.size());
  });
}

}  // namespace certloop::simulation
