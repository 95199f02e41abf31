#include "hack/localcloud/ce/names.h"

#include <algorithm>

#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/frame/characters.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestProjectName = 128;

bool lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool lower_or_digit(char c) {
  return lower(c) || (c >= '0' && c <= '9');
}

bool alphanumeric(char c) {
  return lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}

bool valid_label(const std::string& label) {
  return !label.empty() && lower_or_digit(label.front()) && lower_or_digit(label.back()) &&
         std::all_of(label.begin(), label.end(),
                     [](char c) { return lower_or_digit(c) || c == '-'; });
}

bool valid_dns_name(const std::string& name) {
  if (name.empty() || name.size() > kLongestName) return false;
  std::size_t start = 0;
  while (start <= name.size()) {
    const std::size_t dot = std::min(name.find('.', start), name.size());
    if (!valid_label(name.substr(start, dot - start))) return false;
    start = dot + 1;
  }
  return true;
}

bool valid_label_name(const std::string& name) {
  return name.size() <= kLongestLabel && valid_label(name);
}

bool valid_app_name(const std::string& name) {
  return valid_label_name(name) && lower(name.front());
}

bool valid_domain_name(const std::string& name) {
  return valid_dns_name(name) && name.find('.') != std::string::npos;
}

}  // namespace

constinit const NameRule kDnsName{valid_dns_name,
                                  "The name is not a lower-case DNS name of 1 to 253 characters."};
constinit const NameRule kAppName{
    valid_app_name,
    "The name does not have 1 to 63 characters out of a-z, 0-9 and '-', a letter first."};
constinit const NameRule kLabelName{
    valid_label_name, "The name does not have 1 to 63 characters out of a-z, 0-9 and '-'."};
constinit const NameRule kDomainName{
    valid_domain_name, "The name is not a domain of 1 to 253 characters and at least one dot."};

bool valid_project_name(const std::string& name) {
  if (name.empty() || characters(name) > kLongestProjectName) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return alphanumeric(c) || static_cast<unsigned char>(c) > 0x7F ||
           std::string("-._: ").find(c) != std::string::npos;
  });
}

void check_name(const NameRule& rule, const std::string& name) {
  if (!rule.valid(name)) throw invalid(rule.text);
}

}  // namespace localcloud::ce
