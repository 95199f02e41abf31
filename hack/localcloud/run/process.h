#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace localcloud::run {

struct Command {
  std::vector<std::string> words{};                  // the program first, looked up in PATH
  std::map<std::string, std::string> environment{};  // all of it
  std::string directory{};
};

// A child process in a process group of its own, with what it prints. Used on the cloud's thread
// only, which must live as long: the kernel kills the child when that thread ends, whatever happens
// to the cloud. What the child has started goes with it only while the cloud lives, and only as
// long as it stays in the group.
class Process {
 public:
  // A line without its end, cut at 16 KiB; of standard output and standard error as they come. Must
  // not destroy the process.
  using OnLine = std::function<void(const std::string& line)>;
  // After the last line: the exit status, or 128 + the signal. May destroy the process.
  using OnExit = std::function<void(int code)>;

  // Both functions are called later, never from in here. A program that cannot be started exits
  // with 127 and says so in a line. Throws std::system_error when the machine has no room for it.
  Process(boost::asio::io_context& io, const Command& command, OnLine on_line, OnExit on_exit);
  ~Process();  // kills the group and forgets it: no function is called any more
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Both do nothing once it has exited.
  void terminate();  // SIGTERM to the process itself, as to the first of a container
  void kill();       // SIGKILL to its group

 private:
  class Child;  // outlives the process while the io_context still holds handlers of it
  std::shared_ptr<Child> child_;
};

}  // namespace localcloud::run
