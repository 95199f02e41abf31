#pragma once
#include "hack/localcloud/ce/kind.h"

namespace localcloud::ce {

// Buckets that apps and jobs may mount.
class DataStoreKind : public DocumentKind {
 public:
  DataStoreKind();
  Json create(const Json& body, const Place& place) override;
};

}  // namespace localcloud::ce
