#pragma once

namespace certloop {

// Why a run happens, the most urgent first. For the order of work and for people; a reconcile never
// sees it.
enum class Trigger { notified, added, retry, resync };

// "notified", "added", "retry", "resync"
constexpr const char* to_string(Trigger trigger) {
  switch (trigger) {
    case Trigger::notified:
      return "notified";
    case Trigger::added:
      return "added";
    case Trigger::retry:
      return "retry";
    case Trigger::resync:
      return "resync";
  }
  return "resync";
}

}  // namespace certloop
