// Counts what a thread allocates by `new`. The cryptographic library has an allocator of its own,
// which is not counted.
#pragma once

#include <cstddef>

namespace azekura::hsm::token {

void begin_counting_allocations();
std::size_t end_counting_allocations();

}  // namespace azekura::hsm::token
