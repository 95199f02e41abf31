#pragma once
#include "controller/ports/cloud_lists.h"
#include "controller/ports/http_transport.h"

namespace certloop::ibm {

// Lists of Secrets Manager v2 (offset pages of 1000, sorted by id so that a page shifts as little
// as possible) and of Code Engine v2 (pages of 100, by `start` token); a page that is too large for
// the transport is asked for in smaller ones. Only the number or token of a `next`
// link is used, never its address. Pages are bounded in number. Needs the roles SecretsReader and
// Reader. Stateless; threads: any.
class IbmLists : public CloudLists {
 public:
  explicit IbmLists(HttpTransport& transport) : transport_(transport) {}
  Result<SourceLines> sources(const v1::Endpoint& manager, SteadyTime deadline) override;
  Result<TargetLines> targets(const v1::Endpoint& code_engine, const std::string& project_id,
                              SteadyTime deadline) override;
  Result<std::string> current_version(const v1::Endpoint& manager, const std::string& secret_id,
                                      SteadyTime deadline) override;

 private:
  Result<HttpResponse> get(const v1::Endpoint& endpoint, std::string path, SteadyTime deadline);

  HttpTransport& transport_;
};

}  // namespace certloop::ibm
