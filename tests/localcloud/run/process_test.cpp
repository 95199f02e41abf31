#include "hack/localcloud/run/process.h"

#include <sched.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>

#include "tests/support/catch.h"

using localcloud::run::Command;
using localcloud::run::Process;

namespace {

// A shell's process, watched from an io_context of the test's own until it exits.
class Shell {
 public:
  using Act = std::function<void(Process&, const std::string& line)>;

  explicit Shell(const std::string& script, Act act = {}) : act_(std::move(act)) {
    Command command{{"/bin/sh", "-c", script}, {{"COLOUR", "blue"}}, "/"};
    start(command);
  }
  explicit Shell(const Command& command) { start(command); }

  void watch() { io_.run_for(std::chrono::seconds(10)); }

  std::vector<std::string> lines{};
  std::optional<int> code{};

 private:
  void start(const Command& command) {
    process_ = std::make_unique<Process>(
        io_, command,
        [this](const std::string& line) {
          lines.push_back(line);
          if (act_) act_(*process_, line);
        },
        [this](int exit) {
          code = exit;
          process_.reset();
        });
  }

  boost::asio::io_context io_{1};
  Act act_{};
  std::unique_ptr<Process> process_{};
};

bool lives(int pid) {
  return ::kill(pid, 0) == 0;
}

}  // namespace

TEST_CASE("a process tells its lines in order and its exit status after them") {
  Shell shell("echo one; echo two >&2; printf three; exit 3");
  shell.watch();
  CHECK(shell.lines == std::vector<std::string>{"one", "two", "three"});
  CHECK(shell.code == 3);
}

TEST_CASE("a process has the environment and the directory it was given, and nothing else") {
  Shell shell("echo $COLOUR; pwd; echo ${HOME-no home}; cat; ls /proc/self/fd | wc -l");
  shell.watch();
  // Descriptors of ls: three and the directory that it reads.
  CHECK(shell.lines == std::vector<std::string>{"blue", "/", "no home", "4"});
}

TEST_CASE("a process that a signal ends tells 128 and the signal") {
  Shell shell("echo ready; sleep 60", [](Process& process, const std::string&) { process.kill(); });
  shell.watch();
  CHECK(shell.code == 128 + SIGKILL);
}

TEST_CASE("a process hears SIGTERM, even when the cloud blocks it") {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  Shell shell("trap 'echo leaving; exit 7' TERM; echo ready; while :; do sleep 0.01; done",
              [](Process& process, const std::string& line) {
                if (line == "ready") process.terminate();
              });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  shell.watch();
  CHECK(shell.lines == std::vector<std::string>{"ready", "leaving"});
  CHECK(shell.code == 7);
}

TEST_CASE("what the first process leaves behind goes with it") {
  Shell shell("sleep 600 & echo $!");
  shell.watch();
  REQUIRE(shell.lines.size() == 1);
  CHECK(shell.code == 0);
  // Killed, and soon reaped by whoever inherited it.
  const int orphan = std::stoi(shell.lines.front());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  const auto dead = [orphan] {
    std::ifstream stat("/proc/" + std::to_string(orphan) + "/stat");
    std::string line;
    return !std::getline(stat, line) || line.find(") Z ") != std::string::npos;
  };
  while (!dead() && std::chrono::steady_clock::now() < deadline) ::sched_yield();
  CHECK(dead());
}

TEST_CASE("an abandoned process is killed and reaped, and tells nothing any more") {
  boost::asio::io_context io{1};
  int pid = 0;
  bool told = false;
  std::unique_ptr<Process> process = std::make_unique<Process>(
      io, Command{{"/bin/sh", "-c", "echo $$; echo more; exec sleep 600"}, {}, "/"},
      [&](const std::string& line) {
        if (pid == 0) pid = std::stoi(line);
      },
      [&told](int) { told = true; });
  while (pid == 0) io.run_one_for(std::chrono::seconds(10));
  process.reset();
  io.run_for(std::chrono::seconds(10));
  CHECK_FALSE(told);
  CHECK_FALSE(lives(pid));
}

TEST_CASE("a program that is not there exits with 127 and says so") {
  Shell shell(Command{{"/there/is/no/such/program"}, {}, "/"});
  shell.watch();
  CHECK(shell.code == 127);
  CHECK(shell.lines == std::vector<std::string>{"the local cloud cannot start this command"});
}

TEST_CASE("a line without end is cut") {
  Shell shell("head -c 1000000 /dev/zero | tr '\\0' 'x'; echo; echo next");
  shell.watch();
  REQUIRE(shell.lines.size() == 2);
  CHECK(shell.lines.front() == std::string(16 << 10, 'x'));
  CHECK(shell.lines.back() == "next");
}
