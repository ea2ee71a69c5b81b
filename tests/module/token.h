// The module, loaded, and a token in a daemon of its own, with a session where somebody is logged
// in.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hsm/cryptoki/names.h"
#include "hsm/cryptoki/pkcs11.h"
#include "tests/module/daemon.h"

namespace azekura::module_test {

namespace cryptoki = azekura::hsm::cryptoki;

using Octets = std::vector<std::uint8_t>;

inline constexpr std::string_view kSoPin = "so-pin-8765";
inline constexpr std::string_view kPin = "user-pin-1234";

std::string module_path();
// The 3.2 functions of the module; the process keeps it loaded.
const CK_FUNCTION_LIST_3_2& functions();

inline CK_UTF8CHAR_PTR text(std::string_view value) {
  return reinterpret_cast<CK_UTF8CHAR_PTR>(const_cast<char*>(value.data()));
}
inline Octets octets(std::string_view value) { return {value.begin(), value.end()}; }

// Fails with the names of both values.
inline ::testing::AssertionResult gives(CK_RV expected, CK_RV actual) {
  if (expected == actual) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "gave " << cryptoki::name_of_rv(actual) << " (0x" << std::hex << actual << "), not "
         << cryptoki::name_of_rv(expected);
}
#define EXPECT_RV(expected, call) EXPECT_TRUE(::azekura::module_test::gives(expected, call))
#define ASSERT_RV(expected, call) ASSERT_TRUE(::azekura::module_test::gives(expected, call))

// A template that owns its values.
class Template {
 public:
  Template& flag(CK_ATTRIBUTE_TYPE type, bool value) {
    return raw(type, Octets{static_cast<std::uint8_t>(value)});
  }
  Template& number(CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
    Octets octets(sizeof value);
    std::memcpy(octets.data(), &value, sizeof value);
    return raw(type, std::move(octets));
  }
  Template& string(CK_ATTRIBUTE_TYPE type, std::string_view value) {
    return raw(type, octets(value));
  }
  Template& raw(CK_ATTRIBUTE_TYPE type, Octets value) {
    values_.push_back(std::make_unique<Octets>(std::move(value)));
    items_.push_back({type, values_.back()->data(), values_.back()->size()});
    return *this;
  }
  CK_ATTRIBUTE_PTR data() { return items_.data(); }
  CK_ULONG size() const { return items_.size(); }

 private:
  std::vector<std::unique_ptr<Octets>> values_;
  std::vector<CK_ATTRIBUTE> items_;
};

struct KeyPair {
  CK_OBJECT_HANDLE public_key = 0;
  CK_OBJECT_HANDLE private_key = 0;
};

// A daemon, nothing else: C_Initialize is the test's.
class WithDaemon : public ::testing::Test {
 protected:
  WithDaemon();
  ~WithDaemon() override;

  const CK_FUNCTION_LIST_3_2& f = functions();
  Daemon daemon;
};

// An initialised token in slot 0, and C_Initialize done.
class WithToken : public WithDaemon {
 protected:
  void SetUp() override;
  void TearDown() override;

  CK_SESSION_HANDLE open(CK_FLAGS flags = CKF_SERIAL_SESSION | CKF_RW_SESSION);
  CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, std::string_view pin);
  CK_SLOT_ID slot = 0;
};

// The user is logged in, in a read/write session.
class WithUser : public WithToken {
 protected:
  void SetUp() override;

  CK_OBJECT_HANDLE aes_key(std::size_t size = 32, bool token = false);
  CK_OBJECT_HANDLE hmac_key(std::size_t size = 32);
  KeyPair ec_pair(bool token = false);
  KeyPair ed_pair();
  KeyPair rsa_pair(CK_ULONG bits = 2048);
  // Makes a secret key of these octets.
  CK_OBJECT_HANDLE import(CK_KEY_TYPE type, const Octets& value, Template more = {});

  CK_SESSION_HANDLE session = 0;
};

}  // namespace azekura::module_test
