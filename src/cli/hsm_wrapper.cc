#include "cli/hsm_wrapper.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/key_types.h"
#include "crypto/aead.h"
#include "crypto/random.h"

namespace azekura::cli {

namespace {

constexpr std::size_t kIdSize = 8;

}  // namespace

Status HsmWrapper::log_in(const Token& token) {
  ASSIGN_OR_RETURN(const Secret pin, pin_for_(token));
  return hsm_.login(token, pin);
}

Result<std::uint64_t> HsmWrapper::make_seal_key(const Token& token) {
  ASSIGN_OR_RETURN(const KeyType type, key_type_named("aes:256"));
  KeyWishes wishes{.label = kSealKeyLabel, .id = Bytes(kIdSize), .usages = {Usage::kDecrypt}};
  RETURN_IF_ERROR(crypto::random_bytes(wishes.id));
  return hsm_.generate_key(token.slot, type.mechanism, private_attributes(type, wishes));
}

Result<seal::KeyName> HsmWrapper::key_for_sealing() {
  ASSIGN_OR_RETURN(const Token token, hsm_.token(options_.token));
  RETURN_IF_ERROR(log_in(token));
  Attributes wanted;
  wanted.set_number(CKA_CLASS, CKO_SECRET_KEY)
      .set_number(CKA_KEY_TYPE, CKK_AES)
      .set_text(CKA_LABEL, options_.key);
  ASSIGN_OR_RETURN(const auto handles, hsm_.find(token.slot, wanted));
  if (handles.size() > 1) {
    return fail(Code::kConflict, fmt::format("token {} has {} AES keys called {}", token.label,
                                             handles.size(), options_.key));
  }
  if (handles.empty() && options_.key != kSealKeyLabel) {
    return fail(Code::kNotFound,
                fmt::format("there is no AES key {} in token {}", options_.key, token.label),
                fmt::format("azekura key generate --token {} --type aes:256 --label {}",
                            token.label, options_.key));
  }
  std::uint64_t handle = 0;
  if (handles.empty()) {
    ASSIGN_OR_RETURN(handle, make_seal_key(token));
  } else {
    handle = handles.front();
  }
  ASSIGN_OR_RETURN(const Attributes facts, hsm_.read(token.slot, handle));
  used_key_ = fmt::format("{} of token {}", options_.key, token.label);
  seal::KeyName name{token.serial, facts.text(CKA_UNIQUE_ID)};
  sealing_ = Place{token, handle};
  return name;
}

Result<HsmWrapper::Place> HsmWrapper::locate(const seal::KeyName& key) {
  ASSIGN_OR_RETURN(const auto tokens, hsm_.tokens());
  const auto token = std::ranges::find(tokens, key.token_serial, &Token::serial);
  if (token == tokens.end()) {
    return fail(Code::kNotFound,
                fmt::format("the file was sealed in a token that is not here (serial {})",
                            key.token_serial),
                "unseal it where the HSM is that sealed it");
  }
  RETURN_IF_ERROR(log_in(*token));
  Attributes wanted;
  wanted.set_number(CKA_CLASS, CKO_SECRET_KEY).set_text(CKA_UNIQUE_ID, key.key_id);
  ASSIGN_OR_RETURN(const auto handles, hsm_.find(token->slot, wanted));
  if (handles.empty()) {
    return fail(Code::kNotFound,
                fmt::format("the key that sealed the file is no longer in token {} (unique id {})",
                            token->label, key.key_id));
  }
  ASSIGN_OR_RETURN(const Attributes facts, hsm_.read(token->slot, handles.front()));
  used_key_ = fmt::format("{} of token {}", facts.text(CKA_LABEL), token->label);
  return Place{*token, handles.front()};
}

Result<Bytes> HsmWrapper::wrap(const seal::KeyName&, const Secret& data_key, ByteView context) {
  if (!sealing_) return fail(Code::kInternal, "key_for_sealing() comes first");
  Bytes out(crypto::AesGcm::kNonceSize);
  RETURN_IF_ERROR(crypto::random_bytes(out));
  ASSIGN_OR_RETURN(const Bytes sealed,
                   hsm_.gcm_encrypt(sealing_->token.slot, sealing_->handle, out, context,
                                    data_key.reveal(Purpose::kTransport)));
  out.insert(out.end(), sealed.begin(), sealed.end());
  return out;
}

Result<Secret> HsmWrapper::unwrap(const seal::KeyName& key, ByteView wrapped, ByteView context) {
  if (wrapped.size() < crypto::AesGcm::kNonceSize) return fail(Code::kCorrupt, "no wrapped key");
  ASSIGN_OR_RETURN(const Place place, locate(key));
  auto opened =
      hsm_.gcm_decrypt(place.token.slot, place.handle, wrapped.first(crypto::AesGcm::kNonceSize),
                       context, wrapped.subspan(crypto::AesGcm::kNonceSize));
  if (!opened && opened.error().code == Code::kCorrupt) {
    return fail(Code::kCorrupt, "the sealed file's header is damaged or was edited",
                "nothing can be read from it; use another copy of the file");
  }
  return opened;
}

}  // namespace azekura::cli
