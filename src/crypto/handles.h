// Owners of the library's objects, so that no other header needs the library's own headers.
//
// Internal to src/crypto; other rooms see these types only as private members.
#pragma once

#include <memory>

struct evp_cipher_ctx_st;
struct evp_mac_ctx_st;
struct evp_md_ctx_st;
struct evp_pkey_ctx_st;
struct evp_pkey_st;

namespace azekura::crypto {

struct FreeHandle {
  void operator()(evp_cipher_ctx_st* handle) const;
  void operator()(evp_mac_ctx_st* handle) const;
  void operator()(evp_md_ctx_st* handle) const;
  void operator()(evp_pkey_ctx_st* handle) const;
  void operator()(evp_pkey_st* handle) const;
};

using CipherContext = std::unique_ptr<evp_cipher_ctx_st, FreeHandle>;
using MacContext = std::unique_ptr<evp_mac_ctx_st, FreeHandle>;
using DigestContext = std::unique_ptr<evp_md_ctx_st, FreeHandle>;
using KeyContext = std::unique_ptr<evp_pkey_ctx_st, FreeHandle>;
using KeyHandle = std::unique_ptr<evp_pkey_st, FreeHandle>;

}  // namespace azekura::crypto
