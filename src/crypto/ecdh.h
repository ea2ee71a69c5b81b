// Elliptic-curve Diffie-Hellman (SP 800-56A §5.7.1.2) on the NIST curves.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/key.h"

namespace azekura::crypto {

// The shared secret: the x coordinate with coordinate_size octets, to be put through a KDF
// (x963_kdf). `peer_point` is the other side's point, as octets or as a DER OCTET STRING of them
// (PKCS#11 3.2 §6.3.10 allows both). kInvalid if it is not on the key's curve.
Result<Secret> ecdh(const PrivateKey& key, ByteView peer_point);

}  // namespace azekura::crypto
