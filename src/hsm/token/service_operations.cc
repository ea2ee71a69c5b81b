// Operations: encrypt, decrypt, sign, verify, at once and in parts; random octets.
#include "crypto/random.h"
#include "hsm/token/service_impl.h"

namespace azekura::hsm::token {
namespace {

bool is_kind(wire::Kind kind) {
  return kind >= wire::Kind::kEncrypt && kind <= wire::Kind::kVerify;
}

tl::unexpected<Failure> no_kind() {
  return refuse(CKR_ARGUMENTS_BAD, "an unknown kind of operation");
}

tl::unexpected<Failure> no_stream() {
  return refuse(CKR_OPERATION_NOT_INITIALIZED, "the session has no such operation");
}

}  // namespace

// The hot path: no lock, no allocation, nothing that two workers write.
Outcome<void> Service::Impl::operate(Call& call, wire::Operate& request) {
  if (!is_kind(request.kind)) return no_kind();
  const auto key = usable(call, request.session, request.key, CKR_KEY_HANDLE_INVALID);
  if (!key) return tl::make_unexpected(key.error());
  wire::Exchange& exchange = call.exchange;
  const auto size = token::operate(*call.mine.contexts, **key, request, exchange.data,
                                   exchange.data_shared, exchange.out);
  if (!size) return tl::make_unexpected(size.error());
  exchange.out_size = *size;
  return call.answer_nothing();
}

Outcome<void> Service::Impl::stream_begin(Call& call, wire::StreamBegin& request) {
  if (!is_kind(request.kind)) return no_kind();
  const auto key = usable(call, request.session, request.key, CKR_KEY_HANDLE_INVALID);
  if (!key) return tl::make_unexpected(key.error());
  auto stream = begin_stream(**key, request, call.client.held_back());
  if (!stream) return tl::make_unexpected(stream.error());
  RETURN_IF_ERROR(call.client.begin(request.session, request.kind, std::move(*stream)));
  return call.answer_nothing();
}

Outcome<void> Service::Impl::stream_update(Call& call, wire::StreamUpdate& request) {
  if (!is_kind(request.kind)) return no_kind();
  const auto place = call.client.stream(request.session, request.kind);
  if (!place) return no_stream();
  std::unique_lock lock(place->mutex, std::try_to_lock);
  if (!lock) return refuse(CKR_OPERATION_ACTIVE, "another thread is using this operation");
  // A stream reads its input while it writes its output, which may be the same memory.
  Bytes& input = call.mine.scratch;
  input.assign(call.exchange.data.begin(), call.exchange.data.end());
  auto size = visible(call, place->stream->key()->handle(), CKR_KEY_HANDLE_INVALID)
                  .and_then([&](const ObjectPtr*) {
                    return place->stream->update(input, call.exchange.out);
                  });
  if (!size) {
    call.client.end(request.session, request.kind);
    return tl::make_unexpected(size.error());
  }
  call.exchange.out_size = *size;
  return call.answer_nothing();
}

Outcome<void> Service::Impl::stream_finish(Call& call, wire::StreamFinish& request) {
  if (!is_kind(request.kind)) return no_kind();
  const auto place = call.client.stream(request.session, request.kind);
  if (!place) return no_stream();
  std::unique_lock lock(place->mutex, std::try_to_lock);
  if (!lock) return refuse(CKR_OPERATION_ACTIVE, "another thread is using this operation");
  Bytes& input = call.mine.scratch;
  input.assign(call.exchange.data.begin(), call.exchange.data.end());
  wire::StreamFinish::Answer answer;
  auto size =
      visible(call, place->stream->key()->handle(), CKR_KEY_HANDLE_INVALID)
          .and_then([&](const ObjectPtr*) {
            return place->stream->finish(input, request.signature, call.exchange.out, answer.more);
          });
  if (!size || !answer.more) call.client.end(request.session, request.kind);
  if (!size) return tl::make_unexpected(size.error());
  call.exchange.out_size = *size;
  return call.answer(answer);
}

Outcome<void> Service::Impl::stream_abort(Call& call, wire::StreamAbort& request) {
  if (!is_kind(request.kind)) return no_kind();
  call.client.end(request.session, request.kind);
  return call.answer_nothing();
}

Outcome<void> Service::Impl::random(Call& call, wire::Random& request) {
  if (request.size > wire::kRandomBytesMax || request.size > call.exchange.out.size()) {
    return refuse(CKR_ARGUMENTS_BAD, "more random octets than a frame holds");
  }
  if (const auto drawn = crypto::random_bytes(call.exchange.out.first(request.size)); !drawn) {
    return refuse_for(drawn.error());
  }
  call.exchange.out_size = request.size;
  return call.answer_nothing();
}

}  // namespace azekura::hsm::token
