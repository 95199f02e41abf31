#pragma once
#include "tests/localcloud/signed_in.h"

// A fresh cloud and a caller of IAM that holds a token.
struct Account : SignedIn {
  cloud_client::Client iam = cloud_client::Client(names.at("CERTLOOP_IAM_URL")).bearer(token);
  localcloud::Seed seed{};

  // A login by the token service's form.
  cloud_client::Answer login(const std::string& form) const {
    return cloud_client::Client(cloud.url()).send("POST", "/iam/identity/token", {}, form);
  }
  cloud_client::Json error(const cloud_client::Answer& answer) const {
    return answer.json().at("errors").at(0);
  }
};
