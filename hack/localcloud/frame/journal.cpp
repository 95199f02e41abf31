#include "hack/localcloud/frame/journal.h"

#include <charconv>
#include <cstdio>

namespace localcloud {
namespace {

constexpr std::size_t kCapacity = 100'000;
constexpr std::size_t kPathLimit = 1024;

// "2026-11-24T16:09:58.123Z": legs of one story may be a few milliseconds long.
std::string exact(Time time) {
  const auto rest = time - std::chrono::floor<std::chrono::seconds>(time);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(rest).count();
  char fraction[8];
  std::snprintf(fraction, sizeof fraction, ".%03d", static_cast<int>(ms));
  std::string text = rfc3339(time);
  return text.insert(text.size() - 1, fraction);
}

Json to_json(const JournalEntry& entry) {
  Json json = {
      {"sequence", entry.sequence}, {"time", exact(entry.time)}, {"service", entry.service},
      {"method", entry.method},     {"path", entry.path},        {"status", entry.status},
      {"served", entry.served},     {"took_ms", entry.took_ms},  {"source", entry.source}};
  if (!entry.fault.empty()) json["fault"] = entry.fault;
  return json;
}

std::uint64_t since_of(const Request& request) {
  const std::string text = request.query_value("since").value_or("0");
  std::uint64_t since = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), since);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw HttpError{ibm_error(400, "bad_request", "since is a sequence number.", "localcloud")};
  }
  return since;
}

}  // namespace

void Journal::record(JournalEntry entry) {
  entry.sequence = next_++;
  entry.path.resize(std::min(entry.path.size(), kPathLimit));
  entries_.push_back(std::move(entry));
  if (entries_.size() > kCapacity) entries_.pop_front();
}

void Journal::clear() {
  entries_.clear();
}

Json Journal::list(const Request& request) const {
  const std::uint64_t since = since_of(request);
  const auto service = request.query_value("service");
  const auto method = request.query_value("method");
  Json entries = Json::array();
  for (const JournalEntry& entry : entries_) {
    if (entry.sequence < since) continue;
    if (service && entry.service != *service) continue;
    if (method && entry.method != *method) continue;
    entries.push_back(to_json(entry));
  }
  return {{"entries", std::move(entries)}, {"next", next_}};
}

}  // namespace localcloud
