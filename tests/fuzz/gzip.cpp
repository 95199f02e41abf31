// The local cloud's reader of packed bodies.
#include "hack/localcloud/frame/gzip.h"

#include <zlib.h>

#include <stdexcept>

#include "tests/fuzz/targets.h"

namespace certloop::fuzz {
namespace {

constexpr std::size_t kLimit = 1 << 16;

std::string packed(std::string_view text) {
  z_stream stream{};
  constexpr int kGzip = 16 + MAX_WBITS;
  if (deflateInit2(&stream, 1, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("no zlib");
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int state = deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  if (state != Z_STREAM_END) throw std::runtime_error("zlib packs nothing");
  return out;
}

void run(std::string_view bytes) {
  const auto content = localcloud::gunzip(std::string(bytes), kLimit);
  if (content) {
    law(content->size() <= kLimit, "no content is larger than its limit");
    law(content == localcloud::gunzip(std::string(bytes), content->size()), "the limit is exact");
    law(content->empty() || !localcloud::gunzip(std::string(bytes), content->size() - 1),
        "one byte too many is refused");
  }
  auto whole = packed(bytes);
  law(bytes.size() > kLimit || localcloud::gunzip(whole, kLimit) == bytes,
      "what was packed is unpacked");
  whole.pop_back();
  law(!localcloud::gunzip(whole, kLimit), "what was cut is refused");
}

std::vector<std::string> seeds() {
  return {packed(""), packed("{}"), packed(std::string(70'000, 'a')), packed("a") + packed("b")};
}

}  // namespace

Target gzip() {
  return {"gzip", run, seeds};
}

}  // namespace certloop::fuzz
