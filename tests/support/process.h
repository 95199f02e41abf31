#pragma once
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

// A program under test: started, listened to, signalled, waited for. Waiting is for something to be
// said or for the end, always with a deadline, never for time to pass.
namespace test_support {

using Milliseconds = std::chrono::milliseconds;
inline constexpr Milliseconds kPatience{20'000};  // far above what any machine needs

class Process {
 public:
  // `environment` is all the program sees. Throws when it cannot be started.
  Process(const std::vector<std::string>& command,
          const std::map<std::string, std::string>& environment = {});
  ~Process();  // kills what is still running
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // The next line on stderr, from where the last call ended, that `wanted` accepts. Empty: the
  // program ended, or the deadline passed, without it.
  std::optional<std::string> wait_for_line(const std::function<bool(const std::string&)>& wanted,
                                           Milliseconds patience = kPatience);
  void signal(int number);
  // Exit code, 128 + signal if one ended it. Throws when it has not ended in time.
  int wait(Milliseconds patience = kPatience);

  // Whether the signal that ended it left a core file behind; after wait().
  bool dumped_core() const { return dumped_core_; }

  const std::string& standard_output() const { return output_.text; }  // complete after wait()
  const std::string& standard_error() const { return error_.text; }    // as far as it was read
  pid_t pid() const { return pid_; }

 private:
  struct Stream {
    int descriptor = -1;
    std::string text{};
    std::size_t consumed = 0;
  };
  bool read_more(std::chrono::steady_clock::time_point until);
  std::optional<std::string> next_line(Stream& stream);

  pid_t pid_ = -1;
  int end_ = -1;  // a descriptor that becomes readable when the program ends
  std::optional<int> exit_code_{};
  bool dumped_core_ = false;
  Stream output_{};
  Stream error_{};
};

// A run to its end: exit code and what it printed.
struct Finished {
  int code = 0;
  std::string output{};
  std::string error{};
};
Finished run_to_end(const std::vector<std::string>& command,
                    const std::map<std::string, std::string>& environment = {});

}  // namespace test_support
