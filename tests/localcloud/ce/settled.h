#pragma once
#include <chrono>
#include <functional>
#include <string>

#include "tests/support/cloud_client.h"

// The document at `path` once `done` says so; the last one seen after ten seconds of asking.
inline cloud_client::Json settled(const cloud_client::Client& client, const std::string& path,
                                  const std::function<bool(const cloud_client::Json&)>& done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (true) {
    const cloud_client::Json document = client.get(path).json();
    if (done(document) || std::chrono::steady_clock::now() > deadline) return document;
  }
}

inline cloud_client::Json once(const cloud_client::Client& client, const std::string& path,
                               const std::string& status) {
  return settled(client, path, [&status](const cloud_client::Json& document) {
    return document.value("status", "") == status;
  });
}
