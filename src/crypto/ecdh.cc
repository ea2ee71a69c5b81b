#include "crypto/ecdh.h"

#include "crypto/der.h"
#include "crypto/library.h"

namespace azekura::crypto {

Result<Secret> ecdh(const PrivateKey& key, ByteView peer_point) {
  if (key.type() != KeyType::kEc) return fail(Code::kInvalid, "key agreement needs an EC key");
  // Both forms may begin with 04; their sizes tell them apart.
  const std::size_t width = coordinate_size(key.curve());
  if (peer_point.size() != 1 + width && peer_point.size() != point_size(key.curve())) {
    ASSIGN_OR_RETURN(peer_point, unwrap_octet_string(peer_point));
  }
  ASSIGN_OR_RETURN(const PublicKey peer, PublicKey::ec(key.curve(), peer_point));
  const KeyContext context(
      EVP_PKEY_CTX_new_from_pkey(library_context(), key.handle(), library_properties()));
  Secret shared(width);
  std::size_t size = shared.size();
  // PublicKey::ec has validated the peer already.
  if (context == nullptr || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer_ex(context.get(), peer.handle(), 0) != 1 ||
      EVP_PKEY_derive(context.get(), shared.fill(Purpose::kDerive).data(), &size) != 1 ||
      size != width) {
    return fail_library(Code::kInternal, "key agreement failed");
  }
  return shared;
}

}  // namespace azekura::crypto
