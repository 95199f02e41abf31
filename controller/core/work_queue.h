#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>

#include "controller/core/pace.h"
#include "controller/core/time.h"
#include "controller/core/trigger.h"

namespace certloop {

// What to look at and when. Passive: it is told the time, owns no thread, no clock and no lock (the
// runner guards it). Its laws, each one a property test:
//  1. a key has at most one entry: requests merge, the earliest time and the most urgent trigger
//  win;
//  2. a key in work is not handed out again before it is finished;
//  3. a key asked for while in work runs once more afterwards, however often it was asked;
//  4. `finish` names the next turn, so a key can only leave by `forget`;
//  5. no key is handed out before its not_before, whoever asks, and though it was forgotten
//  meanwhile;
//  6. of the keys that are due the most urgent trigger goes first, then the one due longest;
//  7. nothing is handed out before its time, and next_ready_at() is never later than a pop
//  succeeds.
class WorkQueue {
 public:
  struct Item {
    std::string key{};
    Trigger trigger = Trigger::resync;
    int failures = 0;  // in a row, before this run
  };

  WorkQueue() = default;
  WorkQueue(const WorkQueue&) = delete;  // its sets point into its entries
  WorkQueue& operator=(const WorkQueue&) = delete;

  // Asks for a run of `key`, not before `at`.
  void add(const std::string& key, Trigger trigger, SteadyTime at);
  // Hands out the next due key; the caller must `finish` it.
  std::optional<Item> pop(SteadyTime now);
  // Ends the run of a key that `pop` handed out.
  void finish(const std::string& key, const Turn& next);
  // When pop will have something, if no one adds anything; empty: nothing is waiting.
  std::optional<SteadyTime> next_ready_at() const;
  // The key is gone from the desired state. A run under way still has to be finished, and until
  // then law 2 holds for the key even if it is added anew.
  void forget(const std::string& key);

 private:
  struct Entry {
    bool waiting = false;  // has a place in waiting_ or due_
    bool running = false;
    bool due = false;
    bool forgotten = false;  // while running
    Trigger trigger = Trigger::resync;
    SteadyTime at{};
    SteadyTime not_before{};
    int failures = 0;
  };
  using Entries = std::map<std::string, Entry>;
  // Orders of entries_'s nodes; what an order looks at must not change while a set holds the entry.
  struct Earlier {
    bool operator()(Entries::iterator a, Entries::iterator b) const;
  };
  struct MoreUrgent {
    bool operator()(Entries::iterator a, Entries::iterator b) const;
  };

  void merge(Entries::iterator entry, Trigger trigger, SteadyTime at);
  void enqueue(Entries::iterator entry);
  void dequeue(Entries::iterator entry);
  void promote(SteadyTime now);
  SteadyTime floor_of(const std::string& key) const;
  void erase(Entries::iterator entry, SteadyTime not_before);

  Entries entries_;
  std::map<std::string, SteadyTime> floors_;      // of forgotten keys, until they have passed
  std::set<Entries::iterator, Earlier> waiting_;  // not due yet
  std::set<Entries::iterator, MoreUrgent> due_;   // in the order of work
};

}  // namespace certloop
