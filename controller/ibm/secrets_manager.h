#pragma once
#include "controller/ports/http_transport.h"
#include "controller/ports/secret_source.h"

namespace certloop::ibm {

// Secrets Manager v2 as a source of certificates. One GET for each fetch: by id it reads
// /versions/current, which gives version and payload from one snapshot; by name there is only the
// secret itself. Only when there is nothing to read a second GET, of the metadata, tells why.
// Needs the role SecretsReader. Stateless; threads: any.
class SecretsManagerSource : public SecretSource {
 public:
  explicit SecretsManagerSource(HttpTransport& transport) : transport_(transport) {}
  Result<FetchedSource> fetch(const v1::Source& source, SteadyTime deadline) override;

 private:
  Result<HttpResponse> get(const v1::Source& source, std::string path, SteadyTime deadline);
  Result<FetchedSource> explain_absence(const v1::Source& source, SteadyTime deadline);

  HttpTransport& transport_;
};

}  // namespace certloop::ibm
