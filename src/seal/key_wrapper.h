// KeyWrapper: whoever holds the key that wraps the data keys of sealed files.
//
// The wrapping key never leaves its holder; the data key of one file is opened by it and then used
// here. Wrapping is AES-256-GCM with a random 96-bit nonce, so one key seals at most 2^32 files.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace azekura::seal {

// Names a wrapping key for ever: it goes into the header of every file sealed under it.
struct KeyName {
  std::string token_serial;  // 1 .. kTokenSerialSizeMax octets
  std::string key_id;        // CKA_UNIQUE_ID; 1 .. kKeyIdSizeMax octets

  bool operator==(const KeyName&) const = default;
};

class KeyWrapper {
 public:
  virtual ~KeyWrapper() = default;

  // The key that new files are sealed under.
  virtual Result<KeyName> key_for_sealing() = 0;
  // nonce ‖ ciphertext ‖ tag under that key, with `context` as associated data.
  virtual Result<Bytes> wrap(const KeyName& key, const Secret& data_key, ByteView context) = 0;
  // kNotFound when there is no such key here, kCorrupt when key, context and wrapped key do not
  // belong together.
  virtual Result<Secret> unwrap(const KeyName& key, ByteView wrapped, ByteView context) = 0;
};

}  // namespace azekura::seal
