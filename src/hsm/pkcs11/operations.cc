#include "hsm/pkcs11/operations.h"

namespace azekura::hsm::pkcs11 {
namespace {

using cryptoki::Family;

CK_FLAGS flag_of(Kind kind) {
  switch (kind) {
    case Kind::kEncrypt:
      return CKF_ENCRYPT;
    case Kind::kDecrypt:
      return CKF_DECRYPT;
    case Kind::kSign:
      return CKF_SIGN;
    case Kind::kVerify:
      return CKF_VERIFY;
  }
  return 0;
}

// A stream is over for the daemon once it has answered with an error.
template <class T>
Outcome<T> note_end(Operation& operation, Outcome<T> outcome) {
  if (!outcome) operation.stream = 0;
  return outcome;
}

}  // namespace

Outcome<void> begin(State& state, Session& session, Kind kind, const CK_MECHANISM* mechanism,
                    CK_OBJECT_HANDLE key) {
  Operation& operation = session.operation(kind);
  const bool is_active = operation.phase != Operation::Phase::kNone;
  if (mechanism == nullptr && is_active) {
    end(state, session, kind);
    return {};
  }
  if (is_active) return refuse(CKR_OPERATION_ACTIVE);
  auto parsed = parse_mechanism(mechanism, flag_of(kind));
  if (!parsed) return tl::make_unexpected(std::move(parsed).error());
  if (auto known = state.learn(session, key, operation.key); !known) {
    Failure failure = std::move(known).error();
    if (failure.rv == CKR_OBJECT_HANDLE_INVALID) failure.rv = CKR_KEY_HANDLE_INVALID;
    return tl::make_unexpected(std::move(failure));
  }
  if (auto fits = operation.key->check_use(*parsed->facts, flag_of(kind)); !fits) return fits;

  operation.mechanism = parsed->facts;
  operation.parameters = parsed->wire;
  keep_parameters(operation.parameters, operation.storage);
  operation.octets_in = 0;
  operation.octets_out = 0;
  operation.phase = Operation::Phase::kReady;
  return {};
}

Outcome<Operation*> active(Session& session, Kind kind) {
  Operation& operation = session.operation(kind);
  if (operation.phase == Operation::Phase::kNone) return refuse(CKR_OPERATION_NOT_INITIALIZED);
  return &operation;
}

void end_stream(State& state, Session& session, Kind kind) {
  Operation& operation = session.operation(kind);
  if (operation.stream == 0) return;
  wire::StreamAbort request;
  request.kind = kind;
  request.session = session.ref;
  (void)state.connection().call(request, {.connection = operation.stream});
  operation.stream = 0;
  operation.octets_in = 0;
  operation.octets_out = 0;
}

void end(State& state, Session& session, Kind kind) {
  Operation& operation = session.operation(kind);
  end_stream(state, session, kind);
  operation.hasher.reset();
  operation.rest.reset();
  operation.phase = Operation::Phase::kNone;
}

Outcome<Output> Output::to(CK_BYTE_PTR data, CK_ULONG_PTR size) {
  if (size == nullptr) return refuse(CKR_ARGUMENTS_BAD, "no place for the length");
  Output output(data, size);
  output.room_ = data == nullptr ? 0 : *size;
  return output;
}

bool Output::settles(std::size_t least, std::size_t most, Outcome<void>& answer) {
  if (data_ != nullptr && room_ >= least) return false;
  *size_ = most;
  answer = data_ == nullptr ? Outcome<void>{} : refuse(CKR_BUFFER_TOO_SMALL);
  return true;
}

bool Output::append(ByteView octets) {
  if (octets.size() > room()) return false;
  if (!octets.empty()) std::memcpy(data_ + used_, octets.data(), octets.size());
  used_ += octets.size();
  return true;
}

Outcome<void> Output::too_small(std::size_t needed) {
  *size_ = needed;
  return refuse(CKR_BUFFER_TOO_SMALL);
}

Outcome<ByteView> input(const void* data, CK_ULONG size) {
  if (data == nullptr && size > 0) return refuse(CKR_ARGUMENTS_BAD, "a length and no data");
  // Longer than any object can be: a negative number that lost its sign.
  if (size > static_cast<CK_ULONG>(PTRDIFF_MAX)) return refuse(CKR_ARGUMENTS_BAD, "a huge length");
  return ByteView(static_cast<const std::uint8_t*>(data), size);
}

client::Terms terms_of(const cryptoki::MechanismFacts& mechanism, Kind kind) {
  switch (mechanism.family) {
    case Family::kEcdsa:
    case Family::kEddsa:
      return {.wait = client::Wait::kSign};
    case Family::kRsaPkcs1:
    case Family::kRsaPss:
    case Family::kRsaOaep: {
      const bool public_key = kind == Kind::kEncrypt || kind == Kind::kVerify;
      return {.wait = public_key ? client::Wait::kSign : client::Wait::kLong};
    }
    default:
      return {};
  }
}

Outcome<client::Connection::Answered<wire::Operate>> operate(State& state, Session& session,
                                                             Kind kind, ByteView data,
                                                             bool prehashed, ByteView signature) {
  const Operation& operation = session.operation(kind);
  wire::Operate request;
  request.kind = kind;
  request.prehashed = prehashed;
  request.session = session.ref;
  request.key = operation.key->handle;
  request.mechanism = operation.parameters;
  request.signature = signature;
  return state.connection().call(request, terms_of(*operation.mechanism, kind), data);
}

Outcome<void> stream_begin(State& state, Session& session, Kind kind) {
  Operation& operation = session.operation(kind);
  if (operation.stream != 0) return {};
  wire::StreamBegin request;
  request.kind = kind;
  request.session = session.ref;
  request.key = operation.key->handle;
  request.mechanism = operation.parameters;
  session.daemon_knows = true;
  auto answered = state.connection().call(request);
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  operation.stream = answered->reply.connection();
  return {};
}

Outcome<client::Connection::Answered<wire::StreamUpdate>> stream_piece(State& state,
                                                                       Session& session, Kind kind,
                                                                       ByteView piece) {
  Operation& operation = session.operation(kind);
  wire::StreamUpdate request;
  request.kind = kind;
  request.session = session.ref;
  auto answered = note_end(
      operation, state.connection().call(request, {.connection = operation.stream}, piece));
  if (answered) {
    operation.octets_in += piece.size();
    operation.octets_out += answered->data().size();
  }
  return answered;
}

Outcome<client::Connection::Answered<wire::StreamFinish>> stream_last(State& state,
                                                                      Session& session, Kind kind,
                                                                      ByteView signature) {
  Operation& operation = session.operation(kind);
  wire::StreamFinish request;
  request.kind = kind;
  request.session = session.ref;
  request.signature = signature;
  auto answered =
      note_end(operation, state.connection().call(request, {.connection = operation.stream}));
  if (answered && !(*answered)->more) operation.stream = 0;
  return answered;
}

}  // namespace azekura::hsm::pkcs11
