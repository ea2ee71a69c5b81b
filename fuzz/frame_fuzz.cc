// Feeds a stream of octets to the daemon's end of a socket, cut into pieces as the first octet
// says, and requires that the frames which come out are those of the stream read in one go. Reads
// the input as a hello of either side too; one that is accepted is written again and must give the
// same.

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "hsm/transport/hello.h"
#include "hsm/transport/scratch.h"
#include "hsm/transport/socket_peer.h"

namespace {

using namespace azekura;
using namespace azekura::hsm;
using transport::SocketPeer;

void require(bool holds) {
  if (!holds) std::abort();
}

void try_hellos(ByteView input) {
  if (const auto hello = transport::decode_client_hello(input);
      hello && hello->version == wire::kWireVersion) {
    require(std::ranges::equal(transport::encode(*hello), input));
  }
  if (const auto hello = transport::decode_server_hello(input);
      hello && hello->version == wire::kWireVersion) {
    const auto again = transport::decode_server_hello(transport::encode(*hello));
    require(again && again->status == hello->status && again->ring == hello->ring &&
            again->secret == hello->secret && again->ring_bytes == hello->ring_bytes);
  }
}

struct Frames {
  std::vector<Bytes> heads;
  std::vector<Bytes> data;
  bool broken = false;
  bool operator==(const Frames&) const = default;
};

// What docs/wire.md says, in the plainest way.
Frames read_plainly(ByteView stream) {
  Frames frames;
  ByteReader reader(stream);
  while (reader.remaining() >= transport::kFramePrefixBytes) {
    std::uint32_t head_size = 0;
    std::uint32_t data_size = 0;
    reader.number(head_size);
    reader.number(data_size);
    if (head_size > wire::kHeadBytesMax || data_size > wire::kDataBytesMax) {
      frames.broken = true;
      break;
    }
    ByteView head;
    ByteView data;
    if (!reader.take(head_size, head) || !reader.take(data_size, data)) break;
    frames.heads.push_back(to_bytes(head));
    frames.data.push_back(to_bytes(data));
  }
  return frames;
}

void drain(SocketPeer& peer, transport::Scratch& scratch, Frames& frames, bool stash_between) {
  while (!frames.broken) {
    SocketPeer::FrameView frame;
    const SocketPeer::Progress progress = peer.next_frame(scratch, frame);
    if (progress == SocketPeer::Progress::kWait) return;
    if (progress == SocketPeer::Progress::kClosed) {
      frames.broken = true;
      return;
    }
    frames.heads.push_back(to_bytes(frame.head));
    frames.data.push_back(to_bytes(frame.data));
    if (stash_between) {
      // As when another thread goes on: what the scratch held is gone.
      peer.stash();
      std::memset(scratch.in().data(), 0xee, scratch.in().size());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  try_hellos(input);
  if (input.empty() || input.size() > 100'000) return 0;
  const std::uint8_t how = input[0];
  ByteView stream = input.subspan(1);
  const Frames expected = read_plainly(stream);

  int ends[2];
  require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const transport::Fd writer(ends[0]);
  SocketPeer peer(1, transport::Fd(ends[1]), {});
  static const auto scratch = std::move(*transport::Scratch::create(0));
  Frames frames;
  const std::size_t piece = how % 64 == 0 ? stream.size() : how % 64;
  while (!stream.empty() && !frames.broken) {
    const std::size_t part = std::min(piece, stream.size());
    require(::write(writer.get(), stream.data(), part) == static_cast<ssize_t>(part));
    stream = stream.subspan(part);
    drain(peer, *scratch, frames, how >= 128);
  }
  require(frames == expected);
  return 0;
}
