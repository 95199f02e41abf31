#include "controller/core/plan.h"

namespace certloop {

const char* to_string(Action action) {
  switch (action) {
    case Action::nothing:
      return "nothing";
    case Action::create:
      return "create";
    case Action::replace:
      return "replace";
    case Action::hold:
      return "hold";
  }
  return "hold";
}

const char* to_string(Reason reason) {
  switch (reason) {
    case Reason::in_sync:
      return "InSync";
    case Reason::target_missing:
      return "TargetMissing";
    case Reason::content_differs:
      return "ContentDiffers";
    case Reason::source_missing:
      return "SourceMissing";
    case Reason::source_unreadable:
      return "SourceUnreadable";
    case Reason::key_missing:
      return "KeyMissing";
    case Reason::key_mismatch:
      return "KeyMismatch";
    case Reason::chain_gap:
      return "ChainGap";
    case Reason::issuer_not_allowed:
      return "IssuerNotAllowed";
    case Reason::weak_signature:
      return "WeakSignature";
    case Reason::key_not_allowed:
      return "KeyNotAllowed";
    case Reason::key_too_small:
      return "KeyTooSmall";
    case Reason::not_for_servers:
      return "NotForServers";
    case Reason::not_yet_valid:
      return "NotYetValid";
    case Reason::expired:
      return "Expired";
    case Reason::validity_too_short:
      return "ValidityTooShort";
    case Reason::name_not_covered:
      return "NameNotCovered";
    case Reason::target_other_format:
      return "TargetOtherFormat";
    case Reason::target_hidden:
      return "TargetHidden";
    case Reason::older_than_in_place:
      return "OlderThanInPlace";
    case Reason::not_ours:
      return "NotOurs";
    case Reason::drift_reported:
      return "DriftReported";
    case Reason::contended:
      return "Contended";
    case Reason::suspended:
      return "Suspended";
  }
  return "InSync";
}

const char* advice(Reason reason) {
  switch (reason) {
    case Reason::in_sync:
    case Reason::target_missing:
    case Reason::content_differs:
      return "";
    case Reason::source_missing:
      return "create the secret in Secrets Manager, or correct `from` in the mapping";
    case Reason::source_unreadable:
      return "look at the secret's state in Secrets Manager; order or import a usable version";
    case Reason::key_missing:
      return "import the certificate together with its private key";
    case Reason::key_mismatch:
      return "import a version whose private key belongs to the certificate";
    case Reason::chain_gap:
      return "import the certificate with every intermediate up to the root";
    case Reason::issuer_not_allowed:
      return "have it issued by a CA of `require.issuedBy`, or write its actual one there";
    case Reason::weak_signature:
      return "have the certificate issued anew, signed with SHA-256 or better throughout its chain";
    case Reason::key_not_allowed:
      return "issue the certificate for a key of another type, or correct `require.keyTypes`";
    case Reason::not_for_servers:
      return "issue a certificate for a TLS server, or set `require.usage: any` to have this one";
    case Reason::key_too_small:
      return "issue the certificate for a larger key; for RSA, `require.minRsaBits` is the least";
    case Reason::not_yet_valid:
      return "wait, or import a version that is valid now";
    case Reason::expired:
      return "rotate the certificate in Secrets Manager";
    case Reason::validity_too_short:
      return "rotate the certificate, or lower `require.validFor`";
    case Reason::name_not_covered:
      return "issue the certificate for this name too, or correct `require.dnsNames`";
    case Reason::target_other_format:
      return "delete the Code Engine secret, or name another one or its format in the mapping";
    case Reason::target_hidden:
      return "give certloop the Writer role on the project, so that it can compare the content";
    case Reason::older_than_in_place:
      return "publish a newer version, or set `require.allowOlder: true` to go back on purpose";
    case Reason::not_ours:
      return "set `onExisting: adopt` in the mapping to have it replaced, or delete the secret";
    case Reason::drift_reported:
      return "put it right, or set `drift: correct`; the next new certificate is written anyway";
    case Reason::contended:
      return "find and stop the other writer; the next try comes when it is quiet for a while, or "
             "with the next new certificate";
    case Reason::suspended:
      return "remove `suspend` from the mapping to have it done";
  }
  return "";
}

}  // namespace certloop
