// Result: how every fallible function outside the PKCS#11 rooms answers.
//
// Exceptions of libraries end in the room that uses the library; between rooms there are only
// Results. An Error's message is for a person (what was wrong), its hint says what to do. Neither
// ever holds a secret.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace azekura {

// What a caller can act on; the message tells the person.
enum class Code {
  kInvalid,      // the input is malformed or out of range
  kNotFound,     // what was asked for does not exist
  kDenied,       // not permitted, or a wrong passphrase, PIN or key
  kConflict,     // exists already, or the state does not allow it
  kUnavailable,  // the other side is not there now; trying again may help
  kCorrupt,      // stored data is damaged, exchanged or forged
  kUnsupported,  // a newer format, or a feature that is not there
  kExhausted,    // a named limit is reached
  kIo,           // the operating system refused
  kInternal,     // our own mistake
};

std::string_view name_of(Code code);

struct Error {
  Code code = Code::kInternal;
  std::string message;
  std::string hint;
};

template <typename T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

inline tl::unexpected<Error> fail(Code code, std::string message, std::string hint = {}) {
  return tl::make_unexpected(Error{code, std::move(message), std::move(hint)});
}

// Adds the operating system's reason: fail_errno("open /etc/x", errno).
tl::unexpected<Error> fail_errno(std::string what, int errno_value);

}  // namespace azekura

#define AZEKURA_CONCAT_INNER(a, b) a##b
#define AZEKURA_CONCAT(a, b) AZEKURA_CONCAT_INNER(a, b)

// Returns the error of a Result<void>-like expression to the caller.
#define RETURN_IF_ERROR(expression)                           \
  do {                                                        \
    if (auto status_ = (expression); !status_) {              \
      return tl::make_unexpected(std::move(status_).error()); \
    }                                                         \
  } while (false)

// ASSIGN_OR_RETURN(auto key, load_key(id)): the value, or the error to the caller.
#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_INNER(AZEKURA_CONCAT(result_, __LINE__), declaration, expression)
#define ASSIGN_OR_RETURN_INNER(temporary, declaration, expression)          \
  auto temporary = (expression);                                            \
  if (!temporary) return tl::make_unexpected(std::move(temporary).error()); \
  declaration = std::move(*temporary)
