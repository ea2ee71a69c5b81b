// Outcome: what the PKCS#11 rooms answer: a value, or a CK_RV with a sentence for the log.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "base/result.h"
#include "hsm/cryptoki/pkcs11.h"

namespace azekura::hsm {

struct Failure {
  CK_RV rv = CKR_GENERAL_ERROR;
  std::string why;  // for a person; never a secret
};

template <typename T>
using Outcome = tl::expected<T, Failure>;

inline tl::unexpected<Failure> refuse(CK_RV rv, std::string why = {}) {
  return tl::make_unexpected(Failure{rv, std::move(why)});
}

}  // namespace azekura::hsm
