#include "crypto/random.h"

#include <openssl/rand.h>

#include "crypto/library.h"

namespace azekura::crypto {

Status random_bytes(MutableByteView out) {
  if (out.empty()) return {};
  if (RAND_bytes_ex(library_context(), out.data(), out.size(), 0) != 1) {
    wipe(out.data(), out.size());
    return fail_library(Code::kInternal, "the random generator failed");
  }
  return {};
}

Result<Secret> random_secret(std::size_t size) {
  Secret secret(size);
  if (size == 0) return secret;
  if (RAND_priv_bytes_ex(library_context(), secret.fill(Purpose::kCipher).data(), size, 0) != 1) {
    return fail_library(Code::kInternal, "the random generator failed");
  }
  return secret;
}

}  // namespace azekura::crypto
