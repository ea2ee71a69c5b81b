// Operations: what encrypting, signing and verifying have in common.
//
// The rules of PKCS#11 3.2 §5.2 and §5.8: one operation of a kind at a time in a session; a call
// that fails ends its operation, but for CKR_BUFFER_TOO_SMALL; a question for a length keeps it; a
// one-shot call does not finish what …Update began.
#pragma once

#include <algorithm>

#include "hsm/pkcs11/parameters.h"
#include "hsm/pkcs11/session.h"
#include "hsm/pkcs11/state.h"

namespace azekura::hsm::pkcs11 {

using wire::Kind;

// …Init. A null mechanism ends what is active (3.0).
Outcome<void> begin(State& state, Session& session, Kind kind, const CK_MECHANISM* mechanism,
                    CK_OBJECT_HANDLE key);

// The operation of a call that must come after …Init.
Outcome<Operation*> active(Session& session, Kind kind);

// Ends the stream that the daemon holds for the operation, if there is one.
void end_stream(State& state, Session& session, Kind kind);
// Ends the operation, also in the daemon. Nothing happens when there is none.
void end(State& state, Session& session, Kind kind);

// Ends the operation when it dies, unless told to keep it.
class Ending {
 public:
  Ending(State& state, Session& session, Kind kind)
      : state_(state), session_(session), kind_(kind) {}
  ~Ending() {
    if (!kept_) end(state_, session_, kind_);
  }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  void keep() { kept_ = true; }

 private:
  State& state_;
  Session& session_;
  Kind kind_;
  bool kept_ = false;
};

// A result's way into the caller's memory.
class Output {
 public:
  // CKR_ARGUMENTS_BAD without a place for the length.
  static Outcome<Output> to(CK_BYTE_PTR data, CK_ULONG_PTR size);

  // Answers a question for the length, and refuses a buffer of less than `least` octets, both with
  // `most`. True when there is nothing more to do but to return `rv`, the operation kept.
  bool settles(std::size_t least, std::size_t most, Outcome<void>& answer);
  // Appends; false when it does not fit.
  bool append(ByteView octets);
  // Tells the caller the length written, or, after too little room, the length needed.
  void finish() { *size_ = used_; }
  Outcome<void> too_small(std::size_t needed);
  std::size_t room() const { return room_ - used_; }
  const std::uint8_t* end_of_written() const { return data_ + used_; }

 private:
  Output(CK_BYTE_PTR data, CK_ULONG_PTR size) : data_(data), size_(size) {}
  CK_BYTE_PTR data_;
  CK_ULONG_PTR size_;
  std::size_t room_ = 0;
  std::size_t used_ = 0;
};

// A pointer and a length that a caller gave. CKR_ARGUMENTS_BAD for a length without a pointer.
Outcome<ByteView> input(const void* data, CK_ULONG size);

client::Terms terms_of(const cryptoki::MechanismFacts& mechanism, Kind kind);

// One frame for the whole operation. `prehashed`: data is the digest of the mechanism's hash.
Outcome<client::Connection::Answered<wire::Operate>> operate(State& state, Session& session,
                                                             Kind kind, ByteView data,
                                                             bool prehashed = false,
                                                             ByteView signature = {});

// A stream in the daemon, begun by the first of these. Each may be given any length of data;
// `take(ByteView)` receives what comes out, piece by piece, and returns false to give up.
template <class Take>
Outcome<void> stream_update(State& state, Session& session, Kind kind, ByteView data, Take&& take);
template <class Take>
Outcome<void> stream_finish(State& state, Session& session, Kind kind, ByteView signature,
                            Take&& take);

// ---- the rest is for the templates above ----

Outcome<void> stream_begin(State& state, Session& session, Kind kind);
Outcome<client::Connection::Answered<wire::StreamUpdate>> stream_piece(State& state,
                                                                       Session& session, Kind kind,
                                                                       ByteView piece);
Outcome<client::Connection::Answered<wire::StreamFinish>> stream_last(State& state,
                                                                      Session& session, Kind kind,
                                                                      ByteView signature);

template <class Take>
Outcome<void> stream_update(State& state, Session& session, Kind kind, ByteView data, Take&& take) {
  if (auto begun = stream_begin(state, session, kind); !begun) return begun;
  while (!data.empty()) {
    const ByteView piece = data.first(std::min(data.size(), wire::kChunkBytesMax));
    data = data.subspan(piece.size());
    auto answered = stream_piece(state, session, kind, piece);
    if (!answered) return tl::make_unexpected(std::move(answered).error());
    if (!take(answered->data())) return refuse(CKR_GENERAL_ERROR, "more output than expected");
  }
  return {};
}

template <class Take>
Outcome<void> stream_finish(State& state, Session& session, Kind kind, ByteView signature,
                            Take&& take) {
  if (auto begun = stream_begin(state, session, kind); !begun) return begun;
  for (;;) {
    auto answered = stream_last(state, session, kind, signature);
    if (!answered) return tl::make_unexpected(std::move(answered).error());
    if (!take(answered->data())) return refuse(CKR_BUFFER_TOO_SMALL);
    if (!(*answered)->more) return {};
  }
}

}  // namespace azekura::hsm::pkcs11
