#pragma once
#include <cstddef>
#include <span>
#include <string_view>

// The words of the file format, one table for each kind of map in it. The JSON Schema in manifests/
// says the same; a test holds the two together.
namespace certloop::v1::internal {

struct Key {
  std::string_view name{};
  bool required = false;
};

struct KeySet {
  std::string_view what{};  // the map's name in messages, and in the schema's $defs
  std::span<const Key> keys{};
};

inline constexpr bool kRequired = true;
inline constexpr std::size_t kMaxKeys = 8;  // of one map

inline constexpr Key kDocument[] = {
    {"apiVersion", kRequired}, {"kind", kRequired}, {"metadata", kRequired}, {"spec", kRequired}};
inline constexpr Key kMetadata[] = {{"name", kRequired}};
inline constexpr Key kSpec[] = {
    {"resync"}, {"secretsManagers", kRequired}, {"projects", kRequired}, {"mappings", kRequired}};
inline constexpr Key kSecretsManager[] = {{"url", kRequired}, {"trustedProfile"}, {"apiKeyFile"}};
inline constexpr Key kProject[] = {
    {"id", kRequired}, {"region"}, {"url"}, {"trustedProfile"}, {"apiKeyFile"}};
inline constexpr Key kMapping[] = {{"name", kRequired}, {"from", kRequired}, {"to", kRequired},
                                   {"require"},         {"onExisting"},      {"drift"},
                                   {"suspend"},         {"expiringWithin"}};
inline constexpr Key kFrom[] = {
    {"secretsManager", kRequired}, {"id"}, {"group"}, {"type"}, {"name"}};
inline constexpr Key kTo[] = {{"project", kRequired}, {"secret", kRequired}, {"format"}, {"data"}};
inline constexpr Key kRequire[] = {{"dnsNames"}, {"validFor"}, {"keyTypes"},  {"minRsaBits"},
                                   {"usage"},    {"issuedBy"}, {"allowOlder"}};

inline constexpr KeySet kDocumentKeys{"document", kDocument};
inline constexpr KeySet kMetadataKeys{"metadata", kMetadata};
inline constexpr KeySet kSpecKeys{"spec", kSpec};
inline constexpr KeySet kSecretsManagerKeys{"secretsManager", kSecretsManager};
inline constexpr KeySet kProjectKeys{"project", kProject};
inline constexpr KeySet kMappingKeys{"mapping", kMapping};
inline constexpr KeySet kFromKeys{"from", kFrom};
inline constexpr KeySet kToKeys{"to", kTo};
inline constexpr KeySet kRequireKeys{"require", kRequire};

inline constexpr KeySet kAllKeys[] = {kDocumentKeys,       kMetadataKeys, kSpecKeys,
                                      kSecretsManagerKeys, kProjectKeys,  kMappingKeys,
                                      kFromKeys,           kToKeys,       kRequireKeys};

// Designed, not built: a fault that says so helps more than "unknown key".
inline constexpr std::string_view kNotYetKeys[] = {"labels", "selector"};

}  // namespace certloop::v1::internal
