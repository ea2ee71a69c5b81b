// Sockets that listen, as /proc/net tells of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace azekura::scanner::inventory {

// By the number of the socket's inode: "tcp 0.0.0.0:443", "udp [::]:53".
using Listeners = std::unordered_map<std::uint64_t, std::string>;

// Adds those of one table: `octets` of /proc/net/tcp, tcp6, udp or udp6 (proc(5)), `protocol` "tcp"
// or "udp". Listening is a TCP socket in that state, or a UDP socket that is bound and not
// connected. Lines that cannot be read are left out.
void add_listeners(std::string_view protocol, std::string_view octets, Listeners& listeners);

// Whether what was read of tcp or tcp6 ends behind the sockets that listen, which come first: the
// others may be very many, and need not be read.
bool is_past_listeners(std::string_view octets);

}  // namespace azekura::scanner::inventory
