#include "scanner/inventory/sockets.h"

#include <gtest/gtest.h>

#include <string>

namespace azekura::scanner::inventory {
namespace {

constexpr std::string_view kTitles =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n";

std::string line(std::string_view local, std::string_view state, std::string_view inode) {
  return "   0: " + std::string(local) + " 00000000:0000 " + std::string(state) +
         " 00000000:00000000 00:00000000 00000000     0        0 " + std::string(inode) +
         " 1 0000000000000000 100 0 0 10 0\n";
}

TEST(Sockets, LinesThatCannotBeReadAreLeftOut) {
  Listeners listeners;
  for (const std::string& text :
       {std::string(), std::string(kTitles), line("0100007F", "0A", "1"),
        line("0100007F:XXXX", "0A", "1"), line("0100007F:0000", "0A", "1"),
        line("0100007:0050", "0A", "1"), line("01000Z7F:0050", "0A", "1"),
        line("0100007F:0050", "0A", "-1"), line("0100007F:0050", "0A", "1").substr(0, 60),
        line("0100007F:10050", "0A", "1")}) {
    add_listeners("tcp", text, listeners);
    EXPECT_TRUE(listeners.empty()) << text;
  }
}

TEST(Sockets, OnlyThoseThatListen) {
  Listeners listeners;
  add_listeners("tcp",
                std::string(kTitles) + line("0100007F:0050", "0A", "10") +
                    line("00000000:01BB", "0A", "11") + line("0100007F:1F90", "01", "12"),
                listeners);
  add_listeners("tcp",
                line("00000000000000000000000000000000:0016", "0A", "13") +
                    line("B80D0120000000000000000001000000:0017", "0A", "14"),
                listeners);
  add_listeners("udp", line("00000000:0035", "07", "15") + line("00000000:0036", "01", "16"),
                listeners);
  EXPECT_EQ(listeners, (Listeners{{10, "tcp 127.0.0.1:80"},
                                  {11, "tcp 0.0.0.0:443"},
                                  {13, "tcp [::]:22"},
                                  {14, "tcp [2001:db8::1]:23"},
                                  {15, "udp 0.0.0.0:53"}}));
}

TEST(Sockets, BehindTheListenersComesTheRest) {
  const std::string listening = std::string(kTitles) + line("0100007F:0050", "0A", "10");
  EXPECT_FALSE(is_past_listeners(""));
  EXPECT_FALSE(is_past_listeners("\n"));
  EXPECT_FALSE(is_past_listeners(kTitles));
  EXPECT_FALSE(is_past_listeners(listening));
  const std::string other = line("0100007F:0050", "01", "11");
  EXPECT_FALSE(is_past_listeners(listening + other.substr(0, 40)));
  EXPECT_TRUE(is_past_listeners(listening + other));
}

}  // namespace
}  // namespace azekura::scanner::inventory
