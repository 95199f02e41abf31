#include "api/v1/internal/document_reader.h"

#include <utility>

#include "api/v1/internal/wording.h"

namespace certloop::v1::internal {
namespace {

// Puts a good value in its place and leaves the default where there is none.
template <class T, class From>
void keep(T& place, std::optional<From> value) {
  if (value) place = std::move(*value);
}

Credentials read_credentials(Report& report, const Fields& fields) {
  Credentials credentials;
  keep(credentials.trusted_profile, read(report, fields["trustedProfile"], check_line));
  keep(credentials.api_key_file, read(report, fields["apiKeyFile"], check_line));
  if (fields["trustedProfile"] && fields["apiKeyFile"]) {
    report.fault(report.place(*fields["apiKeyFile"].owner),
                 "'apiKeyFile' and 'trustedProfile' exclude each other", "leave one of them out");
  }
  return credentials;
}

SecretsManager read_secrets_manager(Report& report, const Field& field) {
  SecretsManager manager;
  manager.name = field.name;
  manager.place = report.place(*field.owner);
  const Fields fields(report, field, kSecretsManagerKeys);
  keep(manager.url, read(report, fields["url"], check_secrets_manager_url));
  manager.credentials = read_credentials(report, fields);
  return manager;
}

Project read_project(Report& report, const Field& field) {
  Project project;
  project.name = field.name;
  project.place = report.place(*field.owner);
  const Fields fields(report, field, kProjectKeys);
  keep(project.id, read(report, fields["id"], check_uuid));
  keep(project.region, read(report, fields["region"], check_region));
  keep(project.url, read(report, fields["url"], check_code_engine_url));
  project.credentials = read_credentials(report, fields);
  if (fields && !fields["region"] && !fields["url"]) {
    report.fault(project.place, "missing key 'region'", "or 'url', for an address of its own");
  }
  return project;
}

// A source is named by its id, or by where it is found; never by both.
void check_from_keys(Report& report, const Fields& fields, const Place& place) {
  static constexpr std::string_view kFound[] = {"group", "type", "name"};
  bool any = false;
  for (const std::string_view key : kFound) any = any || fields[key];
  if (!fields["id"] && !any) {
    report.fault(place, "missing key 'id'", "or all of 'group', 'type' and 'name'");
    return;
  }
  for (const std::string_view key : kFound) {
    if (fields["id"] && fields[key]) {
      report.fault(report.place(*fields[key].owner), quoted(key) + " and 'id' exclude each other",
                   "the id alone names the secret");
    } else if (!fields["id"] && !fields[key]) {
      report.fault(place, "missing key " + quoted(key),
                   "without 'id' a secret needs all of "
                   "'group', 'type' and 'name'");
    }
  }
}

From read_from(Report& report, const Field& field) {
  From from;
  if (!field) return from;
  from.place = report.place(field);
  const Fields fields(report, field, kFromKeys);
  keep(from.secrets_manager, read(report, fields["secretsManager"], check_name));
  if (auto id = read(report, fields["id"], check_secret_id)) {
    from.id = std::move(id->id);
    from.instance = std::move(id->instance);
  }
  keep(from.group, read(report, fields["group"], check_group_name));
  keep(from.type, read(report, fields["type"], check_type));
  keep(from.name, read(report, fields["name"], check_source_name));
  if (fields) check_from_keys(report, fields, from.place);
  return from;
}

void check_data_use(Report& report, const Fields& fields, const To& to) {
  const bool known = !fields["format"] || (fields["format"].value->kind == NodeKind::scalar &&
                                           fields["format"].value->text == to_string(to.format));
  if (!known) return;
  if (to.format == Format::tls && fields["data"]) {
    report.fault(report.place(*fields["data"].owner), "'data' goes with format 'generic' only",
                 "the keys of a tls secret are fixed; say 'format: generic' to choose them");
  } else if (to.format == Format::generic && !fields["data"]) {
    report.fault(to.place, "missing key 'data'",
                 "format 'generic' needs to know its keys, "
                 "such as 'data: {fullchain.pem: fullchain, privkey.pem: privateKey}'");
  }
}

To read_to(Report& report, const Field& field) {
  To to;
  to.place = report.place(field);
  const Fields fields(report, field, kToKeys);
  keep(to.project, read(report, fields["project"], check_name));
  keep(to.secret, read(report, fields["secret"], check_target_name));
  keep(to.format, read(report, fields["format"], check_format));
  if (fields["data"]) {
    for (const Field& entry : open_map(report, fields["data"], check_data_key)) {
      if (auto part = read(report, entry, check_part)) {
        to.data.emplace(entry.name, *part);
      }
    }
  }
  if (fields) check_data_use(report, fields, to);
  return to;
}

Require read_require(Report& report, const Field& field) {
  Require require;
  if (!field) return require;
  const Fields fields(report, field, kRequireKeys);
  if (fields["dnsNames"]) {
    for (const Field& name : items(report, fields["dnsNames"], "an entry of dnsNames")) {
      if (auto dns_name = read(report, name, check_dns_name)) {
        require.dns_names.push_back(std::move(*dns_name));
      }
    }
  }
  keep(require.valid_for, read(report, fields["validFor"], check_duration, Plain::numeric));
  if (fields["keyTypes"]) {
    require.key_types.clear();
    for (const Field& type : items(report, fields["keyTypes"], "an entry of keyTypes")) {
      if (const auto key_type = read(report, type, check_key_type)) {
        require.key_types.insert(*key_type);
      }
    }
  }
  if (auto pem = read(report, fields["issuedBy"], check_certificates_text)) {
    require.issued_by = {std::move(*pem), report.place(fields["issuedBy"])};
  }
  keep(require.usage, read(report, fields["usage"], check_usage));
  keep(require.min_rsa_bits, read(report, fields["minRsaBits"], check_rsa_bits, Plain::numeric));
  keep(require.allow_older, flag_of(report, fields["allowOlder"]));
  return require;
}

Ownership read_ownership(Report& report, const Fields& fields) {
  Ownership ownership;
  keep(ownership.on_existing, read(report, fields["onExisting"], check_on_existing));
  keep(ownership.drift, read(report, fields["drift"], check_drift));
  keep(ownership.suspend, flag_of(report, fields["suspend"]));
  return ownership;
}

Mapping read_mapping(Report& report, const Field& field) {
  Mapping mapping;
  mapping.place = report.place(field);
  const Fields fields(report, field, kMappingKeys);
  keep(mapping.name, read(report, fields["name"], check_name));
  mapping.from = read_from(report, fields["from"]);
  if (fields["to"]) {
    for (const Field& to : items(report, fields["to"], "an entry of to")) {
      mapping.to.push_back(read_to(report, to));
    }
  }
  mapping.require = read_require(report, fields["require"]);
  mapping.ownership = read_ownership(report, fields);
  keep(mapping.expiring_within,
       read(report, fields["expiringWithin"], check_duration, Plain::numeric));
  return mapping;
}

void read_spec(Report& report, const Field& field, CertificateMapping& document) {
  const Fields spec(report, field, kSpecKeys);
  keep(document.resync, read(report, spec["resync"], check_resync, Plain::numeric));
  if (spec["secretsManagers"]) {
    for (const Field& manager : open_map(report, spec["secretsManagers"], check_name)) {
      document.secrets_managers.push_back(read_secrets_manager(report, manager));
    }
  }
  if (spec["projects"]) {
    for (const Field& project : open_map(report, spec["projects"], check_name)) {
      document.projects.push_back(read_project(report, project));
    }
  }
  if (spec["mappings"]) {
    for (const Field& mapping : items(report, spec["mappings"], "an entry of mappings")) {
      document.mappings.push_back(read_mapping(report, mapping));
    }
  }
}

}  // namespace

CertificateMapping read_document(Report& report, const Node& root) {
  CertificateMapping document;
  document.place = report.place(root);
  const Fields fields(report, {"the document", nullptr, &root}, kDocumentKeys);
  const auto api_version = read(report, fields["apiVersion"], check_api_version);
  const auto kind = read(report, fields["kind"], check_kind);
  // Something else altogether: to go on would bury that under faults of its keys.
  if (!api_version && !kind && fields["apiVersion"] && fields["kind"]) return document;
  const Fields metadata(report, fields["metadata"], kMetadataKeys);
  keep(document.name, read(report, metadata["name"], check_name));
  if (fields["spec"]) read_spec(report, fields["spec"], document);
  return document;
}

}  // namespace certloop::v1::internal
