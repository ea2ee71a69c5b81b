// SocketPeer: the daemon's end of one unix socket: reads frames out of the stream and writes
// answers into it, without ever waiting. A peer that sends slowly, or never reads, holds memory for
// one frame and no thread.
//
//   frame = u32 head size, u32 data size, head, data        (an answer likewise)
//
// Threads: one at a time, the owner: the thread that epoll told of the socket (EPOLLONESHOT: it
// tells nobody else), until it has epoll watch it again, or the job to which that one handed it
// over.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>

#include "hsm/transport/connection.h"
#include "hsm/transport/hello.h"
#include "hsm/transport/os.h"
#include "hsm/transport/scratch.h"

namespace azekura::hsm::transport {

class SocketPeer {
 public:
  enum class Stage : std::uint8_t {
    kHello,     // nothing but a hello may come
    kFrames,    // requests come
    kLifeline,  // the ring carries the requests; nothing may come
  };
  enum class Progress : std::uint8_t { kReady, kWait, kClosed };
  // Views into the owner's scratch or this peer's buffer, until the next call of next_frame().
  struct FrameView {
    MutableByteView head;
    MutableByteView data;
  };

  SocketPeer(std::uint64_t id, Fd socket, wire::Peer peer)
      : id_(id), socket_(std::move(socket)), peer_(peer) {}

  std::uint64_t id() const { return id_; }
  int fd() const { return socket_.get(); }
  const wire::Peer& peer() const { return peer_; }

  // Called by a thread that epoll has told of the socket, before anything else.
  void own() const { const std::lock_guard lock(mutex_); }
  // Has epoll tell somebody of the next of `events`; the caller owns no longer.
  void release(int epoll, std::uint32_t events, std::uint64_t tag);

  // Exactly the octets of a hello.
  Progress read_hello(std::array<std::uint8_t, kClientHelloBytes>& hello);
  // kClosed also when the peer breaks the framing.
  Progress next_frame(Scratch& scratch, FrameView& frame);
  // Keeps what was read ahead in the scratch, for a later owner with another one.
  void stash();
  bool has_stash() const { return !stash_.empty(); }
  // kWait: a part is left, which flush() sends when the socket can take more.
  Progress send(ByteView head, ByteView data);
  Progress flush();
  bool has_unsent() const { return !unsent_.empty(); }

  Stage stage = Stage::kHello;
  std::shared_ptr<Connection> connection;  // from the hello on
  bool is_first = false;                   // its end is the end of the connection
  bool closed = false;

  void close();

  // ---- for anybody ----

  // Ends the stream both ways: the owner, now or next, sees its end and closes it.
  void shut_down();

 private:
  Progress receive(std::uint8_t* to, std::size_t size, std::size_t& got);
  Progress fill_partial();
  bool grow_partial();

  const std::uint64_t id_;
  // Held while the descriptor is closed, or used by another than the owner; and from one owner to
  // the next, for neither the language nor a sanitizer knows that epoll orders their memory.
  mutable std::mutex mutex_;
  Fd socket_;
  const wire::Peer peer_;
  MutableByteView ready_;  // read ahead, in the owner's scratch
  Bytes stash_;            // the same, kept between owners
  // A frame that did not come in one piece: as large as the frame, once its sizes are known.
  std::unique_ptr<std::uint8_t[]> partial_;
  std::size_t partial_size_ = 0;
  std::size_t partial_got_ = 0;
  bool partial_served_ = false;
  std::size_t hello_got_ = 0;
  std::array<std::uint8_t, kClientHelloBytes> hello_{};
  Bytes unsent_;
  std::size_t unsent_offset_ = 0;
};

}  // namespace azekura::hsm::transport
