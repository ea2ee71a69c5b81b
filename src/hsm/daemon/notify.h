// Notifier: tells a service manager how far we are (sd_notify(3)), without its library.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace azekura::hsm::daemon {

class Notifier {
 public:
  // Connects to $NOTIFY_SOCKET now, because the sandbox will not allow it later. Without the
  // variable, one that tells nobody.
  static Result<Notifier> create();

  Notifier(Notifier&& other) noexcept;
  Notifier& operator=(Notifier&&) = delete;
  ~Notifier();

  // "READY=1" and the like. A manager that does not listen is not our failure.
  void tell(std::string_view state) const;

 private:
  explicit Notifier(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace azekura::hsm::daemon
