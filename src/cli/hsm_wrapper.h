// HsmWrapper: wraps the data keys of sealed files under AES keys in the HSM.
//
// By C_Encrypt's operation with AES-GCM, and not by C_WrapKey: what the HSM unwraps stays sensitive
// inside it, while the data key of a file has to be used here (docs/sealed-file.md).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/hsm.h"
#include "seal/key_wrapper.h"

namespace azekura::cli {

inline constexpr const char* kSealKeyLabel = "seal";

class HsmWrapper : public seal::KeyWrapper {
 public:
  // Asked for the PIN of a token when it is needed first.
  using PinFor = std::function<Result<Secret>(const Token&)>;

  struct Options {
    // For sealing: the token's label, or empty for the only one, and the key's label. The key
    // kSealKeyLabel is made when it is not there yet; another must be there.
    std::string token;
    std::string key = kSealKeyLabel;
  };

  // `hsm` outlives this.
  HsmWrapper(Hsm& hsm, Options options, PinFor pin_for)
      : hsm_(hsm), options_(std::move(options)), pin_for_(std::move(pin_for)) {}

  Result<seal::KeyName> key_for_sealing() override;
  Result<Bytes> wrap(const seal::KeyName& key, const Secret& data_key, ByteView context) override;
  Result<Secret> unwrap(const seal::KeyName& key, ByteView wrapped, ByteView context) override;

  // "seal of token vault"; for a person. Empty before a key was used.
  const std::string& used_key() const { return used_key_; }

 private:
  struct Place {
    Token token;
    std::uint64_t handle = 0;
  };

  Result<std::uint64_t> make_seal_key(const Token& token);
  Result<Place> locate(const seal::KeyName& key);
  Status log_in(const Token& token);

  Hsm& hsm_;
  const Options options_;
  const PinFor pin_for_;
  std::optional<Place> sealing_;
  std::string used_key_;
};

}  // namespace azekura::cli
