#include "hack/localcloud/sm/switches.h"

namespace localcloud::sm {
namespace {

void declare_reads(Switches& switches) {
  switches.declare("reader_only", false,
                   "callers have the role Reader: reading a payload answers 403");
  switches.declare("reads_bump_updated_at", false,
                   "reading a payload moves the secret's updated_at");
  switches.declare("version_reads_mark_secret", true,
                   "reading a version's payload sets the secret's retrieved_at");
  switches.declare("shows_retrieved_at", true, "secrets show retrieved_at (since August 2025)");
  switches.declare("pem_line_ends", "as_sent", "line ends of PEM texts: as_sent, lf or crlf",
                   one_of({"as_sent", "lf", "crlf"}));
}

void declare_imports(Switches& switches) {
  switches.declare("import_checks", true,
                   "imports must be unexpired and with a fitting key; off: expired certificates "
                   "and foreign keys pass");
  switches.declare("expiry_lag_seconds", 0, "how long after its expiry a secret is destroyed",
                   from_to(0, 366 * 86'400));
}

void declare_time(Switches& switches) {
  switches.declare("automatic_rotation", true, "rotations that are due happen by themselves");
  switches.declare("expiry_warnings", true,
                   "secret_about_to_expire is told 90, 60, 30, 10, 1 and 0 days before");
  switches.declare("expired_is_told_daily", true,
                   "secret_expired and secret_expiration_blocked are told again every day");
  switches.declare("removed_data_is_told", true,
                   "secret_data_removed is told when the last data of a secret expires or is "
                   "deleted");
}

void declare_engines(Switches& switches) {
  switches.declare("unknown_configurations_pass", true,
                   "secrets may name a ca, dns or custom credentials configuration that is not "
                   "there, the certificate template local-template, and do without an IAM engine");
  switches.declare("custom_credentials_job", "runs",
                   "who does the tasks of custom_credentials: the cloud (runs, fails), or a caller "
                   "who puts their results (waits)",
                   one_of({"runs", "fails", "waits"}));
  switches.declare("custom_credentials_task_ms", 200, "how long such a task takes",
                   from_to(0, 600'000));
  switches.declare("iam_credentials_outlive_lease", false,
                   "iam_credentials that reuse their key get a new one after its lease, instead of "
                   "being destroyed");
  switches.declare("restores_are_told", true, "a restored version is told as secret_rotated");
  switches.declare("managed_csr_certificates_are_told", true,
                   "the first certificate of a managed CSR is told as secret_rotated");
  switches.declare("managed_csr_key_in_metadata", true,
                   "metadata shows the private key of a managed CSR");
}

void declare_locks(Switches& switches) {
  switches.declare("locks_bump_updated_at", false, "a lock moves the secret's updated_at");
  switches.declare("sm_locked_patch_status", 200,
                   "status of changing the metadata of a locked secret; 200 changes it",
                   refusal_status({200}));
}

void declare_orders(Switches& switches) {
  switches.declare("public_cert_order_ms", 200, "how long an order of a public_cert takes",
                   from_to(0, 600'000));
  switches.declare("public_cert_order_fails", false, "orders of public_certs end in state 3");
  switches.declare("pending_versions_total", 1, "versions_total of a public_cert in state 0",
                   from_to(0, 50));
  switches.declare("private_cert_key_algorithm", "RSA2048",
                   "keys of private_certs: RSA2048 or ECDSA256", one_of({"RSA2048", "ECDSA256"}));
  switches.declare("private_cert_ca_chain", "issuing_ca",
                   "ca_chain of private_certs: issuing_ca, root, issuing_ca_and_root or "
                   "root_and_issuing_ca",
                   one_of({"issuing_ca", "root", "issuing_ca_and_root", "root_and_issuing_ca"}));
}

void declare_shapes(Switches& switches) {
  switches.declare("default_group_id", "default", "id of the default group: the word or a UUID");
  switches.declare("versions_total_saturates", true, "versions_total stops at 50");
  switches.declare("versions_newest_first", true, "order of the list of versions");
  switches.declare("kv_keeps_previous_payload", true, "the previous version of a kv has its data");
  switches.declare("sm_search_ignores_case", true, "the list's search ignores case");
}

void declare_statuses(Switches& switches) {
  switches.declare("sm_duplicate_name_status", 409,
                   "status of a second secret or group of one name", refusal_status());
  switches.declare("sm_malformed_id_status", 400, "status when a path's id is no UUID",
                   refusal_status());
  switches.declare("sm_missing_previous_status", 404,
                   "status of a previous version that is not there", refusal_status());
  switches.declare("sm_destroyed_read_status", 200,
                   "status of reading a destroyed secret; 200 has no payload",
                   refusal_status({200}));
  switches.declare("sm_bad_paging_status", 400, "status of an offset or limit out of range",
                   refusal_status());
  switches.declare("sm_group_not_empty_status", 409, "status of deleting a group that has secrets",
                   refusal_status());
  switches.declare("sm_test_event_status", 204, "status of ordering a test event: 204 or 200",
                   one_of({200, 204}));
  switches.declare("sm_unknown_event_notifications_status", 404,
                   "status of registering with an Event Notifications instance that is not there",
                   refusal_status());
}

}  // namespace

void declare_switches(Switches& switches) {
  declare_reads(switches);
  declare_imports(switches);
  declare_time(switches);
  declare_locks(switches);
  declare_engines(switches);
  declare_orders(switches);
  declare_shapes(switches);
  declare_statuses(switches);
}

}  // namespace localcloud::sm
