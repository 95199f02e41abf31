#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "controller/ports/clock.h"
#include "controller/ports/http_transport.h"
#include "controller/ports/token_source.h"

namespace certloop::ibm {

struct IamOptions {
  std::string url = "https://iam.cloud.ibm.com";  // may end in /identity/token, as the SDKs allow
  // The process's own credentials, used where a mapping names none: a key, or a profile.
  SecretBytes api_key{};
  v1::Credentials own{};
  // First existing file wins; read anew for each exchange, since its content rotates.
  std::vector<std::string> compute_token_files{
      "/var/run/secrets/tokens/vault-token", "/var/run/secrets/tokens/sa-token",
      "/var/run/secrets/codeengine.cloud.ibm.com/compute-resource-token/token"};
};

// Reads a small credentials file: bounded, trimmed of white space at both ends. Empty: not there or
// not readable. A parameter, so that this layer touches no disk by itself.
using ReadFile = std::function<std::optional<SecretBytes>(const std::string& path)>;

// IAM's token service (POST /identity/token) with a cache for each credential. Renewed from 80 % of
// its life on (as IBM's SDKs do), not served in the last 10 s of it. A renewal gets 10 s to answer,
// for the run that it happens in needs its time. A failed fetch is remembered for a while (a
// refusal for 30 s, else for Retry-After or 1 s), so that a thousand waiting keys make one call,
// not a thousand.
class IamTokens : public TokenSource {
 public:
  IamTokens(HttpTransport& transport, const Clock& clock, ReadFile read_file, IamOptions options);
  ~IamTokens() override;

  Result<SecretBytes> token(const v1::Credentials& credentials, SteadyTime deadline) override;
  void reject(const v1::Credentials& credentials, const SecretBytes& token) override;

  // True when at least one token was got, and no credential that was asked for in the last hour
  // stands without one because its exchange was refused or failed.
  bool credentials_good() const;

 private:
  struct Slot;
  Slot& slot_of(const v1::Credentials& credentials);
  Result<std::pair<SecretBytes, Duration>> fetch(const v1::Credentials& credentials,
                                                 SteadyTime deadline);
  Result<std::pair<SecretBytes, Duration>> exchange(const v1::Credentials& credentials,
                                                    SteadyTime deadline);
  Result<SecretBytes> form_of(const v1::Credentials& credentials);
  Result<SecretBytes> profile_form(const std::string& profile);

  HttpTransport& transport_;
  const Clock& clock_;
  const ReadFile read_file_;
  const IamOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable fetched_;
  std::map<v1::Credentials, std::unique_ptr<Slot>> slots_;
};

}  // namespace certloop::ibm
