#pragma once
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

// A file that workloads wait for, so that a test says how long they are at something.
class Gate {
 public:
  Gate() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gate-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    directory_ = pattern;
  }
  ~Gate() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  std::string path() const { return (directory_ / "gate").string(); }  // there once it is open
  void open() const { std::ofstream(path()) << "open"; }
  void close() const { std::filesystem::remove(path()); }

 private:
  std::filesystem::path directory_{};
};
