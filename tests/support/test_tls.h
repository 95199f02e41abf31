#pragma once
#include <memory>
#include <string>
#include <vector>

// Certificates made at run time, so that none is ever committed. Failures throw std::runtime_error.
namespace certloop::test {

struct PemPair {
  std::string certificate{};
  std::string key{};
};

struct LeafSpec {
  std::string common_name = "leaf";
  std::vector<std::string> dns_names{};
  std::vector<std::string> addresses{};
  long valid_from = -3600;  // seconds from now
  long valid_until = 3600;
};

// A certificate authority of its own, with a new P-256 key.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& common_name);
  ~TestAuthority();
  std::string pem() const;
  PemPair issue(const LeafSpec& spec) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// A file that lives as long as this object.
class TempFile {
 public:
  explicit TempFile(const std::string& content);
  ~TempFile();
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace certloop::test
