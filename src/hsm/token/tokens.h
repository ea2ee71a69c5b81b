// Tokens: all slots. Numbers are given out ascending and stay; behind the last token there is one
// slot without a token, for C_InitToken, as long as there is room.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <semaphore>

#include "base/result.h"
#include "base/secret.h"
#include "hsm/token/token.h"
#include "hsm/token/vault.h"
#include "hsm/wire/generations.h"
#include "hsm/wire/limits.h"
#include "store/store.h"

namespace azekura::hsm::token {

class Tokens {
 public:
  // Reads everything. The store and the generations outlive it.
  static Result<std::unique_ptr<Tokens>> load(const Vault& vault, store::Store& store,
                                              wire::Generations& generations);

  // Null if there is no such slot. Neither locks nor allocates.
  Token* find(std::uint64_t slot) const {
    return slot < slots_.load(std::memory_order_acquire) ? tokens_[slot].get() : nullptr;
  }
  // Slots 0 … slots() - 1 exist.
  std::size_t slots() const { return slots_.load(std::memory_order_acquire); }
  // Tokens that are initialised, and their objects.
  std::size_t tokens() const;
  std::size_t objects() const;

  // Call after a token was initialised: there is a free slot again.
  void keep_one_free();

 private:
  Tokens(RowCipher cipher, Secret pin_memory_key, store::Store& store,
         wire::Generations& generations);

  void add_slot();

  RowCipher cipher_;
  HandleCounter handles_;
  std::counting_semaphore<kPinChecksMax> pin_checks_{kPinChecksMax};
  Secret pin_memory_key_;
  Surroundings around_;

  std::mutex growing_;
  std::array<std::unique_ptr<Token>, wire::kSlotsMax> tokens_;
  std::atomic<std::size_t> slots_{0};
};

// For the operator, while no daemon has the store: ends a token whose officer's PIN is lost or
// locked, with all its objects. Its slot is free again. kNotFound without such a token. A call that
// was cut short leaves a token without objects; call again.
Status destroy_token(const Vault& vault, store::Store& store, std::uint64_t slot);

}  // namespace azekura::hsm::token
