#include "hack/localcloud/run/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace localcloud::run {
namespace {

constexpr std::size_t kReadAtOnce = 16U << 10;
constexpr std::size_t kLongestLine = 16U << 10;
// A process that has left the group may still print, so there is an end to what is read after the
// exit.
constexpr int kMostReadsAtEnd = 64;
constexpr int kMostDescriptors = 65'536;  // where the kernel cannot close a range
constexpr int kCannotStart = 127;
constexpr int kSignalled = 128;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

// Everything that the child needs, made before the fork: after it, a child of a process with
// threads may not allocate.
struct Prepared {
  explicit Prepared(const Command& command) : words(command.words), directory(command.directory) {
    for (const auto& [name, value] : command.environment) variables.push_back(name + '=' + value);
    argv = pointers(words);
    envp = pointers(variables);
    parent = ::getpid();
  }

  std::vector<std::string> words;
  std::vector<std::string> variables{};
  std::string directory;
  std::vector<char*> argv{};
  std::vector<char*> envp{};
  int parent = 0;
};

[[noreturn]] void become(const Prepared& prepared, int output) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != prepared.parent) ::_exit(kCannotStart);  // it died before prctl
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  // The cloud's sockets are nobody's business.
  if (::syscall(SYS_close_range, 3U, ~0U, 0U) != 0) {
    for (int descriptor = 3; descriptor < kMostDescriptors; ++descriptor) ::close(descriptor);
  }
  if (::chdir(prepared.directory.c_str()) == 0) {
    ::execvpe(prepared.argv[0], prepared.argv.data(), prepared.envp.data());
  }
  constexpr char kMessage[] = "the local cloud cannot start this command\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
  ::_exit(kCannotStart);
}

int exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
}

}  // namespace

class Process::Child : public std::enable_shared_from_this<Child> {
 public:
  Child(boost::asio::io_context& io, OnLine on_line, OnExit on_exit)
      : output_(io),
        life_(io),
        buffer_(kReadAtOnce),
        on_line_(std::move(on_line)),
        on_exit_(std::move(on_exit)) {}
  ~Child() { forget(); }

  void start(const Command& command);
  void signal_process(int number) const {
    if (pid_ > 0) ::kill(pid_, number);
  }
  void kill_group() const {
    if (pid_ > 0) ::kill(-pid_, SIGKILL);
  }
  // No function is called any more.
  void forget();

 private:
  using Descriptor = boost::asio::posix::stream_descriptor;

  void read();
  bool read_once();
  void take(std::size_t size);
  void wait();
  void exited();

  int pid_ = -1;  // -1: reaped
  Descriptor output_;
  Descriptor life_;  // readable when it has exited
  std::vector<char> buffer_;
  std::string line_{};
  OnLine on_line_;
  OnExit on_exit_;
};

void Process::Child::start(const Command& command) {
  const Prepared prepared(command);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) fail("pipe");
  output_.assign(pipe[0]);
  output_.non_blocking(true);
  pid_ = ::fork();
  if (pid_ == 0) become(prepared, pipe[1]);
  const int reason = errno;
  ::close(pipe[1]);
  errno = reason;
  if (pid_ < 0) fail("fork");
  ::setpgid(pid_, pid_);  // whichever of the two comes first
  const auto life = ::syscall(SYS_pidfd_open, pid_, 0);
  if (life < 0) fail("pidfd_open");
  life_.assign(static_cast<int>(life));
  read();
  wait();
}

void Process::Child::forget() {
  on_line_ = nullptr;
  on_exit_ = nullptr;
  kill_group();
  if (pid_ > 0) ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  boost::system::error_code ignored;
  output_.close(ignored);
  life_.close(ignored);
}

// Waits, and reads only then: what an unfinished read had already taken would be lost when the exit
// is heard of first.
void Process::Child::read() {
  output_.async_wait(Descriptor::wait_read,
                     [self = shared_from_this()](boost::system::error_code error) {
                       if (error || !self->output_.is_open()) return;
                       if (self->read_once()) self->read();
                     });
}

// False when there is nothing more to come.
bool Process::Child::read_once() {
  boost::system::error_code error;
  const std::size_t size = output_.read_some(boost::asio::buffer(buffer_), error);
  take(size);
  return !error || error == boost::asio::error::would_block;
}

void Process::Child::take(std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    if (buffer_[i] != '\n') {
      if (line_.size() < kLongestLine) line_ += buffer_[i];
      continue;
    }
    on_line_(line_);
    line_.clear();
  }
}

void Process::Child::wait() {
  life_.async_wait(Descriptor::wait_read,
                   [self = shared_from_this()](boost::system::error_code error) {
                     if (!error && self->life_.is_open()) self->exited();
                   });
}

void Process::Child::exited() {
  int status = 0;
  kill_group();  // what the first process has left behind goes with it
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  for (int i = 0; i < kMostReadsAtEnd && read_once(); ++i) continue;
  if (!line_.empty()) on_line_(line_);
  const OnExit on_exit = std::move(on_exit_);
  forget();
  on_exit(exit_code(status));
}

Process::Process(boost::asio::io_context& io, const Command& command, OnLine on_line,
                 OnExit on_exit)
    : child_(std::make_shared<Child>(io, std::move(on_line), std::move(on_exit))) {
  child_->start(command);
}

Process::~Process() {
  child_->forget();
}

void Process::terminate() {
  child_->signal_process(SIGTERM);
}

void Process::kill() {
  child_->kill_group();
}

}  // namespace localcloud::run
