// Reads every kind of request and answer out of what it is given. A message that is accepted is
// written again and must give the same octets: there is one way to write each.

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "hsm/wire/messages.h"

namespace {

using namespace azekura;
using namespace azekura::hsm;

void require(bool holds) {
  if (!holds) std::abort();
}

Bytes& scratch() {
  static Bytes room(wire::kHeadBytesMax);
  return room;
}

template <class Request>
void try_request(ByteView head) {
  Request request;
  if (!wire::read_request(head, request)) return;
  wire::Writer out(scratch());
  require(wire::write_request(request, out));
  require(std::ranges::equal(out.written(), head));
}

template <class Answer>
void try_answer(ByteView head) {
  wire::Reader in(head);
  wire::AnswerHeader header;
  Answer answer;
  in(header);
  if (!in.ok() || header.rv != 0) return;
  in(answer);
  if (!in.done()) return;
  wire::Writer out(scratch());
  require(wire::write_answer(header.generation, answer, out));
  require(std::ranges::equal(out.written(), head));
}

template <class... Requests>
void try_all(ByteView head) {
  const auto op = wire::op_of(head);
  ((op == Requests::kOp ? try_request<Requests>(head) : void()), ...);
  (try_answer<typename Requests::Answer>(head), ...);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > wire::kHeadBytesMax) return 0;
  using namespace azekura::hsm::wire;
  try_all<ListSlots, InitToken, InitPin, SetPin, Login, Logout, CloseSession, Resume, DaemonStatus,
          CreateObject, CopyObject, DestroyObject, ReadObject, SetAttributes, Find, GenerateKey,
          GenerateKeyPair, WrapKey, UnwrapKey, DeriveKey, Operate, StreamBegin, StreamUpdate,
          StreamFinish, StreamAbort, Random>({data, size});
  return 0;
}
