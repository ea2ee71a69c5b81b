#include "hsm/daemon/log.h"

#include <gtest/gtest.h>

namespace azekura::hsm::daemon {
namespace {

TEST(Log, ALineNamesWhoAndWhat) {
  token::Event event;
  event.kind = token::EventKind::kLoginFailed;
  event.slot = 3;
  event.peer.uid = 1000;
  event.peer.pid = 42;
  event.rv = CKR_PIN_INCORRECT;
  event.detail = "9 tries are left";
  EXPECT_EQ(line_of(event),
            "login failed slot=3 uid=1000 pid=42 rv=CKR_PIN_INCORRECT: 9 tries are left");
}

TEST(Log, AValueWithoutANameIsANumber) {
  token::Event event;
  event.rv = 0x80000001;
  event.object = 7;
  EXPECT_NE(line_of(event).find("object=7 rv=0x80000001"), std::string::npos) << line_of(event);
}

TEST(Log, NoLabelForgesALine) {
  token::Event event;
  event.detail = "a\n2026-01-01T00:00:00Z info logged in\r\x1b[2J\x7f";
  for (const char c : line_of(event)) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

TEST(Log, Utf8StaysReadable) { EXPECT_EQ(printable("校倉"), "校倉"); }

}  // namespace
}  // namespace azekura::hsm::daemon
