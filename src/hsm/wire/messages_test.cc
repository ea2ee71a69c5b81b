#include "hsm/wire/messages.h"

#include <gtest/gtest.h>

#include <array>

namespace azekura::hsm::wire {
namespace {

template <class Request>
Bytes frame_of(Request request) {
  Bytes room(kHeadBytesMax);
  Writer out(room);
  EXPECT_TRUE(write_request(request, out));
  return to_bytes(out.written());
}

Operate an_operation() {
  static const Bytes iv(12, 7);
  Operate request;
  request.kind = Kind::kEncrypt;
  request.session = {3, 9, true};
  request.key = 0x4000000000000001;
  request.mechanism = {0x1087, 128, 0, 0, iv, as_bytes("aad")};
  return request;
}

TEST(Request, ShorterByAnyNumberOfOctetsIsRefused) {
  const Bytes frame = frame_of(an_operation());
  for (std::size_t size = 2; size < frame.size(); ++size) {
    Operate request;
    EXPECT_FALSE(read_request(ByteView(frame).first(size), request)) << size;
  }
}

TEST(Request, WithAnOctetTooManyIsRefused) {
  Bytes frame = frame_of(an_operation());
  frame.push_back(0);
  Operate request;
  EXPECT_FALSE(read_request(frame, request));
}

TEST(Request, WithABoolThatIsNeitherIsRefused) {
  Bytes frame = frame_of(an_operation());
  frame[3] = 2;  // prehashed
  Operate request;
  EXPECT_FALSE(read_request(frame, request));
}

TEST(Request, ArrivesAsItWasSent) {
  const Bytes frame = frame_of(an_operation());
  EXPECT_EQ(op_of(frame), Op::kOperate);
  Operate request;
  ASSERT_TRUE(read_request(frame, request));
  EXPECT_EQ(request.kind, Kind::kEncrypt);
  EXPECT_EQ(request.session.slot, 3u);
  EXPECT_EQ(request.session.session, 9u);
  EXPECT_TRUE(request.session.read_write);
  EXPECT_EQ(request.key, 0x4000000000000001u);
  EXPECT_EQ(request.mechanism.number_a, 128u);
  EXPECT_EQ(to_bytes(request.mechanism.first), Bytes(12, 7));
  EXPECT_EQ(as_text(request.mechanism.second), "aad");
}

TEST(Request, OfNoOperationIsNone) {
  EXPECT_FALSE(op_of({}));
  EXPECT_FALSE(op_of(Bytes{1}));
}

TEST(Template, OfMoreItemsThanTheFrameCanHoldIsRefusedBeforeItIsAllocated) {
  Bytes frame = frame_of(CreateObject{});
  std::memset(frame.data() + frame.size() - 4, 0xff, 4);  // the count
  CreateObject request;
  EXPECT_FALSE(read_request(frame, request));
  EXPECT_LT(request.attributes.capacity(), kListItemsMax + 1);
}

TEST(Template, KeepsOrderAndValues) {
  const std::array<std::uint8_t, 1> yes = {1};
  CreateObject request;
  request.attributes = {{1, yes}, {3, as_bytes("label")}, {1, {}}};
  const Bytes frame = frame_of(request);
  CreateObject read;
  ASSERT_TRUE(read_request(frame, read));
  ASSERT_EQ(read.attributes.size(), 3u);
  EXPECT_EQ(as_text(read.attributes[1].value), "label");
  EXPECT_TRUE(read.attributes[2].value.empty());
}

TEST(Writer, SaysWhenTheMessageDoesNotFit) {
  Bytes room(8);
  Writer out(room);
  Operate request = an_operation();
  EXPECT_FALSE(write_request(request, out));
}

TEST(Answer, OfRefusalCarriesTheReason) {
  Bytes room(256);
  Writer out(room);
  ASSERT_TRUE(write_refusal(0x101, 5, as_bytes("nobody is logged in"), out));
  Reader in(out.written());
  AnswerHeader header;
  ByteView why;
  in(header)(why);
  EXPECT_TRUE(in.done());
  EXPECT_EQ(header.rv, 0x101u);
  EXPECT_EQ(header.generation, 5u);
  EXPECT_EQ(as_text(why), "nobody is logged in");
}

}  // namespace
}  // namespace azekura::hsm::wire
