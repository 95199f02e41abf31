#pragma once
#include <string>

// The names Code Engine takes (facts: constraints of the Terraform provider).
namespace localcloud::ce {

// 1 to 128 characters: letters, digits, "-._: " and everything outside of ASCII.
bool valid_project_name(const std::string& name);

// A rule for the names of one kind of document, and what a refusal says of it.
struct NameRule {
  bool (*valid)(const std::string& name) = nullptr;
  const char* text = "";
};

// Lower-case DNS name of 1 to 253 characters: secrets, config maps, and every reference to one.
extern const NameRule kDnsName;
// 1 to 63 characters of one label that begins with a letter: apps.
extern const NameRule kAppName;
// 1 to 63 characters of one label: jobs, builds, components.
extern const NameRule kLabelName;
// A DNS name of at least two labels, no wildcard: domain mappings.
extern const NameRule kDomainName;

// Throws Refusal.
void check_name(const NameRule& rule, const std::string& name);

}  // namespace localcloud::ce
