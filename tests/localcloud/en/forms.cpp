#include "tests/localcloud/en/forms.h"

namespace forms {
namespace {

std::string escaped(const std::string& name) {
  std::string text;
  for (const char c : name) text += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
  return text;
}

std::string part(const std::string& boundary, const std::string& name, const std::string& type,
                 const std::string& value) {
  const std::string typed = type.empty() ? "" : "Content-Type: " + type + "\r\n";
  return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + escaped(name) +
         "\"\r\n" + typed + "\r\n" + value + "\r\n";
}

}  // namespace

Form go(const Fields& fields) {
  const std::string boundary = "3f1c6a2b9d8e4f5061728394a5b6c7d8e9f00112233445566778899aabbc";
  Form form{"multipart/form-data; boundary=" + boundary, {}};
  for (const auto& [name, value] : fields) {
    const bool json = name == "config";
    form.body += part(boundary, name, json ? "application/json" : "", json ? value + "\n" : value);
  }
  form.body += "--" + boundary + "--\r\n";
  return form;
}

Form node(const Fields& fields) {
  const std::string boundary = "--------------------------515890814546601021194782";
  Form form{"multipart/form-data; boundary=" + boundary, {}};
  for (const auto& [name, value] : fields) form.body += part(boundary, name, "", value);
  form.body += "--" + boundary + "--\r\n";
  return form;
}

Form python(const Fields& fields) {
  const std::string boundary = "0c2b7f1d5e9a4c3b8d6f7a1e2b3c4d5e";
  Form form{"multipart/form-data; boundary=" + boundary, {}};
  for (const auto& [name, value] : fields) {
    const bool flag = name == "collect_failed_events";
    const std::string text = flag ? (value == "true" ? "True" : "False") : value;
    form.body += part(boundary, name, name == "config" ? "application/json" : "text/plain", text);
  }
  form.body += "--" + boundary + "--\r\n";
  return form;
}

}  // namespace forms
