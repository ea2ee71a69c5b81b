#include "hsm/daemon/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <iterator>

#include "hsm/cryptoki/names.h"

namespace azekura::hsm::daemon {

namespace {

spdlog::level::level_enum level_of(token::EventKind kind) {
  switch (kind) {
    case token::EventKind::kLoginFailed:
    case token::EventKind::kPinLocked:
    case token::EventKind::kResumeRefused:
    case token::EventKind::kDenied:
      return spdlog::level::warn;
    case token::EventKind::kTokenInitialized:
    case token::EventKind::kPinSet:
    case token::EventKind::kLoggedIn:
    case token::EventKind::kLoginResumed:
    case token::EventKind::kLoggedOut:
    case token::EventKind::kObjectMade:
    case token::EventKind::kObjectChanged:
    case token::EventKind::kObjectDestroyed:
    case token::EventKind::kKeyWrapped:
      return spdlog::level::info;
  }
  return spdlog::level::warn;
}

}  // namespace

void start_log() {
  auto logger = spdlog::stderr_logger_mt("azekura-hsmd");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    // UTF-8 passes; control characters, DEL included, do not.
    const auto octet = static_cast<unsigned char>(c);
    out.push_back(octet < 0x20 || octet == 0x7f ? '?' : c);
  }
  return out;
}

std::string line_of(const token::Event& event) {
  std::string line = fmt::format("{} slot={} uid={} pid={}", token::name_of(event.kind), event.slot,
                                 event.peer.uid, event.peer.pid);
  if (event.object != 0) fmt::format_to(std::back_inserter(line), " object={}", event.object);
  if (event.rv != CKR_OK) {
    const std::string_view name = cryptoki::name_of_rv(event.rv);
    if (name.empty()) {
      fmt::format_to(std::back_inserter(line), " rv={:#x}", event.rv);
    } else {
      fmt::format_to(std::back_inserter(line), " rv={}", name);
    }
  }
  if (!event.detail.empty()) line += ": " + printable(event.detail);
  return line;
}

void LogJournal::record(const token::Event& event) {
  spdlog::log(level_of(event.kind), "{}", line_of(event));
}

}  // namespace azekura::hsm::daemon
