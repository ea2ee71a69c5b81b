#include "crypto/handles.h"

#include <openssl/evp.h>

namespace azekura::crypto {

void FreeHandle::operator()(evp_cipher_ctx_st* handle) const { EVP_CIPHER_CTX_free(handle); }
void FreeHandle::operator()(evp_mac_ctx_st* handle) const { EVP_MAC_CTX_free(handle); }
void FreeHandle::operator()(evp_md_ctx_st* handle) const { EVP_MD_CTX_free(handle); }
void FreeHandle::operator()(evp_pkey_ctx_st* handle) const { EVP_PKEY_CTX_free(handle); }
void FreeHandle::operator()(evp_pkey_st* handle) const { EVP_PKEY_free(handle); }

}  // namespace azekura::crypto
