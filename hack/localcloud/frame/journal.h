#pragma once
#include <cstdint>
#include <deque>
#include <string>

#include "hack/localcloud/frame/world.h"

namespace localcloud {

// What one request was, without anything secret: no query, no headers, no body.
struct JournalEntry {
  std::uint64_t sequence = 0;  // given by the journal, from 1
  Time time{};                 // the cloud's clock, at arrival
  std::string service{};       // iam, sm, ce, en, local; "none" for an unknown prefix
  std::string method{};
  std::string path{};  // as sent, cut at 1,024 bytes
  int status = 0;      // as sent; 0: nothing was answered
  int served = 0;      // what the service answered, whatever was sent; 0: it was never asked
  std::int64_t took_ms = 0;
  std::uint16_t source = 0;  // the caller's port
  std::string fault{};       // which effects of an ordered fault; empty: none
};

// The last 100,000 requests that could be read (what is no HTTP leaves no entry).
class Journal {
 public:
  void record(JournalEntry entry);
  void clear();  // sequences go on rising
  // GET /_local/journal: {"entries":[...],"next":SEQ}. Filters by service, method and
  // since=SEQ (that entry and later ones); "next" is the since of the following call.
  Json list(const Request& request) const;

 private:
  std::deque<JournalEntry> entries_{};
  std::uint64_t next_ = 1;
};

}  // namespace localcloud
