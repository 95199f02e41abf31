// The mapping file, whatever somebody wrote.
#include <algorithm>
#include <set>

#include "api/v1/load.h"
#include "tests/fuzz/targets.h"
#include "tests/unit/api/texts.h"

namespace certloop::fuzz {
namespace {

using Loaded = tl::expected<std::vector<v1::Binding>, std::vector<v1::Fault>>;

constexpr const char* kFile = "fuzz.yaml";

std::string printed(const std::vector<v1::Fault>& faults) {
  std::string all;
  for (const auto& fault : faults) all += v1::to_string(fault) + '\n';
  return all;
}

std::string_view line_of(std::string_view text, int number) {
  Input lines(text);
  for (int i = 1; i < number; ++i) lines.until('\n');
  return lines.until('\n');
}

void check_fault(const v1::Fault& fault, std::string_view text) {
  const auto message = v1::to_string(fault);
  law(is_printable(message), "a fault is one line of printable ASCII");
  law(message.size() < 600, "a fault is short");
  law(!fault.message.empty(), "a fault says what is wrong");
  law(fault.place.file == kFile, "a fault names its file");
  const auto lines =
      1 + std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r');
  law(fault.place.line >= 0 && fault.place.line <= lines, "a fault's line is in the file");
  if (fault.place.line == 0) return;
  const bool plain_ends = text.find('\r') == std::string_view::npos;
  const auto width = line_of(text, fault.place.line).size();
  law(fault.place.column >= 1, "a fault's column counts from 1");
  law(!plain_ends || fault.place.column <= static_cast<int>(width) + 1,
      "a fault's column is in its line");
}

void check_bindings(const std::vector<v1::Binding>& bindings) {
  std::set<std::string> names;
  std::set<std::string> targets;
  for (const auto& binding : bindings) {
    law(names.empty() || *names.rbegin() < binding.id, "bindings are sorted and differ");
    names.insert(binding.id);
    law(!binding.targets.empty(), "a binding has a target");
    law(binding.resync.count() > 0, "a resync takes time");
    const auto& source = binding.source;
    law(source.id.empty() == !source.name.empty(), "a source has an id or a name");
    law(source.manager->endpoint.url.rfind("http", 0) == 0, "a source has an address");
    for (const auto& target : binding.targets) {
      law(!target.data->empty(), "a target has keys");
      law(target.project->endpoint.url.rfind("http", 0) == 0, "a target has an address");
      law(targets
              .insert(target.project->endpoint.url + '\n' + target.project->id + '\n' +
                      target.secret)
              .second,
          "a target has one writer");
    }
  }
}

void check(const Loaded& loaded, const Loaded& again) {
  law(loaded.has_value() == again.has_value(), "the same text is good or bad twice");
  if (loaded) {
    law(*loaded == *again, "the same text gives the same bindings");
  } else {
    law(printed(loaded.error()) == printed(again.error()), "the same text has the same faults");
  }
}

void run(std::string_view text) {
  const std::vector<v1::SourceText> texts{{kFile, std::string(text)}};
  const auto loaded = v1::load(texts);
  check(loaded, v1::load(texts));
  if (loaded) return check_bindings(*loaded);
  const auto& faults = loaded.error();
  law(!faults.empty(), "a bad text has a fault");
  for (const auto& fault : faults) check_fault(fault, text);
}

std::vector<std::string> seeds() {
  return {v1::testing::kFull,
          "apiVersion: certloop.dev/v1\nkind: CertificateMapping\nmetadata: {name: a}\n"
          "spec:\n  secretsManagers:\n    m: {url: https://m.example}\n"
          "  projects:\n    p: {id: 15314cc3-85b4-4338-903f-c28cdee6d005, region: eu-de}\n"
          "  mappings:\n"
          "    - name: one\n      from: {secretsManager: m, id: "
          "\"crn:v1:bluemix:public:secrets-manager:eu-de:a/1:7c2e1f0a-5b3d-4c69-8a17-d9e04b6f2c58:"
          "secret:0cf4addb-7a90-410b-a3a7-a15bbe2b7909\"}\n"
          "      to: [{project: p, secret: s}]\n      onExisting: refuse\n",
          "a: &x [1, {b: c}]\nb: *x\n---\n- |\n  text\n- >-\n  folded\n...\n",
          "%YAML 1.2\n---\n!!map {? a : b, <<: {c: \"d\\x41\"}}\n"};
}

}  // namespace

Target mapping() {
  return {"mapping", run, seeds};
}

}  // namespace certloop::fuzz
