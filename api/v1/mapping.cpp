#include "api/v1/mapping.h"

namespace certloop::v1 {

const char* to_string(SecretType type) {
  switch (type) {
    case SecretType::imported_cert:
      return "imported_cert";
    case SecretType::public_cert:
      return "public_cert";
    case SecretType::private_cert:
      return "private_cert";
  }
  return "imported_cert";
}

const char* to_string(Format format) {
  switch (format) {
    case Format::tls:
      return "tls";
    case Format::generic:
      return "generic";
  }
  return "tls";
}

const char* to_string(Part part) {
  switch (part) {
    case Part::certificate:
      return "certificate";
    case Part::chain:
      return "chain";
    case Part::fullchain:
      return "fullchain";
    case Part::private_key:
      return "privateKey";
  }
  return "certificate";
}

const char* to_string(KeyType type) {
  switch (type) {
    case KeyType::rsa:
      return "rsa";
    case KeyType::ecdsa:
      return "ecdsa";
    case KeyType::ed25519:
      return "ed25519";
  }
  return "rsa";
}

const char* to_string(Usage usage) {
  switch (usage) {
    case Usage::server:
      return "server";
    case Usage::any:
      return "any";
  }
  return "server";
}

const char* to_string(OnExisting on_existing) {
  switch (on_existing) {
    case OnExisting::adopt:
      return "adopt";
    case OnExisting::adopt_if_equal:
      return "adoptIfEqual";
    case OnExisting::refuse:
      return "refuse";
  }
  return "adopt";
}

const char* to_string(Drift drift) {
  switch (drift) {
    case Drift::correct:
      return "correct";
    case Drift::report:
      return "report";
  }
  return "correct";
}

std::string to_string(const Place& place) {
  if (place.line <= 0) return place.file;
  return place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

std::string to_string(const Fault& fault) {
  std::string text = to_string(fault.place);
  if (!text.empty()) text += ": ";
  text += fault.message;
  if (!fault.hint.empty()) text += " (" + fault.hint + ")";
  return text;
}

}  // namespace certloop::v1
