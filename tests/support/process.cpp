#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

namespace test_support {
namespace {

using Clock = std::chrono::steady_clock;

int remaining_ms(Clock::time_point until) {
  const auto left = std::chrono::duration_cast<Milliseconds>(until - Clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left);
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> list;
  for (std::string& s : strings) list.push_back(s.data());
  list.push_back(nullptr);
  return list;
}

// Reads what is there; false at the end of the stream.
bool drain(int descriptor, std::string& into) {
  std::array<char, 4096> block{};
  for (;;) {
    const ssize_t got = ::read(descriptor, block.data(), block.size());
    if (got > 0) into.append(block.data(), static_cast<std::size_t>(got));
    if (got == 0) return false;
    if (got < 0) return errno == EAGAIN || errno == EINTR;
  }
}

}  // namespace

Process::Process(const std::vector<std::string>& command,
                 const std::map<std::string, std::string>& environment) {
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("pipe");
  }
  std::vector<std::string> arguments = command;
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  const int failed = posix_spawn(&pid_, command.front().c_str(), &actions, nullptr,
                                 pointers(arguments).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(err[1]);
  if (failed != 0) throw std::runtime_error("cannot start " + command.front());
  end_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  output_.descriptor = out[0];
  error_.descriptor = err[0];
  fcntl(out[0], F_SETFL, O_NONBLOCK);
  fcntl(err[0], F_SETFL, O_NONBLOCK);
}

Process::~Process() {
  if (!exit_code_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (const int descriptor : {output_.descriptor, error_.descriptor, end_}) {
    if (descriptor >= 0) ::close(descriptor);
  }
}

// Waits for output or for the end. False: nothing more can come, or the time is up.
bool Process::read_more(Clock::time_point until) {
  std::array<pollfd, 2> streams{pollfd{output_.descriptor, POLLIN, 0},
                                pollfd{error_.descriptor, POLLIN, 0}};
  if (streams[0].fd < 0 && streams[1].fd < 0) return false;
  if (::poll(streams.data(), streams.size(), remaining_ms(until)) <= 0) return false;
  for (Stream* stream : {&output_, &error_}) {
    if (stream->descriptor >= 0 && !drain(stream->descriptor, stream->text)) {
      ::close(stream->descriptor);
      stream->descriptor = -1;
    }
  }
  return true;
}

std::optional<std::string> Process::next_line(Stream& stream) {
  const std::size_t end = stream.text.find('\n', stream.consumed);
  if (end == std::string::npos) return {};
  std::string line = stream.text.substr(stream.consumed, end - stream.consumed);
  stream.consumed = end + 1;
  return line;
}

std::optional<std::string> Process::wait_for_line(
    const std::function<bool(const std::string&)>& wanted, Milliseconds patience) {
  const auto until = Clock::now() + patience;
  do {
    while (auto line = next_line(error_)) {
      if (wanted(*line)) return line;
    }
  } while (read_more(until));
  return {};
}

void Process::signal(int number) {
  ::kill(pid_, number);
}

int Process::wait(Milliseconds patience) {
  if (exit_code_) return *exit_code_;
  const auto until = Clock::now() + patience;
  while (read_more(until)) {
  }
  pollfd ended{end_, POLLIN, 0};
  if (::poll(&ended, 1, remaining_ms(until)) <= 0) {
    throw std::runtime_error("the program has not ended in time; it said: " + error_.text);
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  dumped_core_ = WIFSIGNALED(status) && WCOREDUMP(status);
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return *exit_code_;
}

Finished run_to_end(const std::vector<std::string>& command,
                    const std::map<std::string, std::string>& environment) {
  Process process(command, environment);
  const int code = process.wait();
  return {code, process.standard_output(), process.standard_error()};
}

}  // namespace test_support
