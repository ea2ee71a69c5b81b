// The few DER structures that PKCS#11 attributes and ECDSA signatures are made of. Pure.
#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key.h"

namespace azekura::crypto {

// CKA_EC_PARAMS: the curve's OID, DER-encoded. The view lives for ever.
ByteView ec_params(Curve curve);
ByteView ed25519_params();
// The named curve that the parameters mean: an OID, or a PrintableString of its name ("secp256r1",
// "prime256v1", "P-256"; PKCS#11 3.2 §6.3.3). kUnsupported for another curve or explicit
// parameters.
Result<Curve> curve_from_params(ByteView params);
// An OID or the PrintableString "edwards25519".
bool is_ed25519_params(ByteView params);

// CKA_EC_POINT.
Bytes wrap_octet_string(ByteView octets);
// The contents, a view into `der`; kInvalid unless `der` is one OCTET STRING in DER and nothing
// else.
Result<ByteView> unwrap_octet_string(ByteView der);

// ECDSA signatures: r‖s of fixed width, and SEQUENCE {r, s} (RFC 3279 §2.2.3).
inline constexpr std::size_t kEcdsaDerSizeMax = 3 + 2 * (3 + 66);
// Fills `out`, of twice the coordinate's size. kInvalid unless `der` is strict DER of two numbers
// that fit and are not negative.
Status ecdsa_der_to_raw(ByteView der, MutableByteView out);
// Writes to the front of `out` and returns the size. kInvalid for an odd or too large size, or if
// `out` is too small; kEcdsaDerSizeMax is always enough.
Result<std::size_t> ecdsa_raw_to_der(ByteView raw, MutableByteView out);

}  // namespace azekura::crypto
