// Key material: attributes to keys of the crypto room, and back (PKCS#11 3.2 §6.1, §6.3, §6.8,
// §6.13).
//
// Where the values stand: CKA_VALUE of secret, EC and Edwards private keys and the private numbers
// of RSA in Draft::secrets; CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_EC_PARAMS and CKA_EC_POINT in
// Draft::attributes.
#pragma once

#include "crypto/key.h"
#include "hsm/cryptoki/outcome.h"
#include "hsm/token/object.h"

namespace azekura::hsm::token {

// Of a key that is complete, as every Object's is. A key that is not its type's (a defect of ours,
// since objects are checked when they are made) is CKR_FUNCTION_FAILED.
Outcome<crypto::PublicKey> public_key_of(const Draft& object);
Outcome<crypto::PrivateKey> private_key_of(const Draft& object);
Outcome<const Secret*> secret_value_of(const Draft& object);

// Writes a key's values into a draft, and what follows from them: CKA_KEY_TYPE stays as it is and
// must fit (CKR_TEMPLATE_INCONSISTENT). Public and private keys: CKA_PUBLIC_KEY_INFO,
// CKA_EC_PARAMS unless it is there, CKA_MODULUS_BITS. Secret keys: CKA_VALUE_LEN and
// CKA_CHECK_VALUE; a size that the type cannot have is CKR_KEY_SIZE_RANGE. A check value that is
// there must be the key's (CKR_ATTRIBUTE_VALUE_INVALID) or empty, which asks for none.
Outcome<void> set_public_key(Draft& object, const crypto::PublicKey& key);
Outcome<void> set_private_key(Draft& object, const crypto::PrivateKey& key);
Outcome<void> set_secret_value(Draft& object, Secret value);

// CKR_KEY_SIZE_RANGE for a size that a secret key of this type cannot have.
Outcome<void> check_secret_size(CK_KEY_TYPE key_type, std::size_t size);

}  // namespace azekura::hsm::token
