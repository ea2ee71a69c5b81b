// The named limits of the wire. Both ends know them; a frame beyond one is refused, not truncated.
#pragma once

#include <cstddef>
#include <cstdint>

namespace azekura::hsm::wire {

inline constexpr std::uint32_t kWireVersion = 1;

// The structured part of a frame: operation, handles, parameters, templates.
inline constexpr std::size_t kHeadBytesMax = 64 * 1024;
// The data part of a frame: what is signed, enciphered, or made at random. One mebibyte of an
// application's data and what an operation may add to it (tag, padding, DER).
inline constexpr std::size_t kDataBytesMax = 1024 * 1024 + 4096;
// The most of an application's data that one frame carries; longer data goes as a stream.
inline constexpr std::size_t kChunkBytesMax = 1024 * 1024;
inline constexpr std::size_t kListItemsMax = 8192;
inline constexpr std::size_t kTemplateItemsMax = 128;
inline constexpr std::size_t kPinBytesMax = 255;
inline constexpr std::size_t kPinBytesMin = 4;
// Handles in one answer to Find; the caller asks on from the last.
inline constexpr std::uint32_t kFindHandlesMax = 4096;
inline constexpr std::size_t kRandomBytesMax = kChunkBytesMax;
inline constexpr std::uint64_t kSlotsMax = 256;

}  // namespace azekura::hsm::wire
