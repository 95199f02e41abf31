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
  declare_orders(switches);
  declare_shapes(switches);
  declare_statuses(switches);
}

}  // namespace localcloud::sm
