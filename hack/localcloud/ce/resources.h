#pragma once
#include <optional>
#include <string>

#include "hack/localcloud/frame/http.h"

// CPU, memory and disk of instances (facts: the table of supported combinations, and the quotas
// of a project).
namespace localcloud::ce {

// "0.25", "500m", "4G", "400MB", "1Gi" as a number of vCPU or bytes. Empty: not a quantity.
std::optional<double> quantity(const std::string& text);

// Throws Refusal unless the three limits of the document go together.
void check_combination(const Json& document);
// The same for functions, which have fewer combinations and no disk.
void check_function_combination(const Json& document);

// What instances take of a project's quotas.
struct Load {
  int instances = 0;
  double cpu = 0;
  double memory = 0;
  double storage = 0;

  // Instances of a document with the three limits.
  static Load of(const Json& document, int instances);
  Load& operator+=(const Load& other);
  bool fits() const;  // 250 instances, 128 vCPU, 512 G of memory, 512 G of disk
};

}  // namespace localcloud::ce
