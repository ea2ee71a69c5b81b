#include "base/result.h"

#include <cerrno>
#include <cstring>

namespace azekura {

std::string_view name_of(Code code) {
  switch (code) {
    case Code::kInvalid:
      return "invalid";
    case Code::kNotFound:
      return "not-found";
    case Code::kDenied:
      return "denied";
    case Code::kConflict:
      return "conflict";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kCorrupt:
      return "corrupt";
    case Code::kUnsupported:
      return "unsupported";
    case Code::kExhausted:
      return "exhausted";
    case Code::kIo:
      return "io";
    case Code::kInternal:
      return "internal";
  }
  return "internal";
}

tl::unexpected<Error> fail_errno(std::string what, int errno_value) {
  char text[128];
  const Code code = errno_value == ENOENT                           ? Code::kNotFound
                    : errno_value == EACCES || errno_value == EPERM ? Code::kDenied
                                                                    : Code::kIo;
  return fail(code, std::move(what) + ": " + strerror_r(errno_value, text, sizeof text));
}

}  // namespace azekura
