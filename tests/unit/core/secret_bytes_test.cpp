#include "controller/core/secret_bytes.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <ostream>
#include <sstream>
#include <type_traits>

#include "tests/support/catch.h"

namespace {

// What lies in a watched block at the moment it is given back.
std::atomic<const void*> watched{nullptr};
std::atomic<std::size_t> watched_size{0};
std::atomic<int> returned_clean{0};
std::atomic<int> returned_dirty{0};

void look_at(const void* block) noexcept {
  const void* expected = block;
  if (block == nullptr || !watched.compare_exchange_strong(expected, nullptr)) return;
  const auto* bytes = static_cast<const unsigned char*>(block);
  for (std::size_t i = 0; i < watched_size; ++i) {
    if (bytes[i] != 0) {
      ++returned_dirty;
      return;
    }
  }
  ++returned_clean;
}

}  // namespace

// The test program's own operators, so that freed memory can be looked at before it is gone.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
  if (void* block = std::malloc(size > 0 ? size : 1)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
  look_at(block);
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
  look_at(block);
  std::free(block);
}

namespace certloop {
namespace {

template <class T, class = void>
struct IsStreamable : std::false_type {};
template <class T>
struct IsStreamable<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<T>())>>
    : std::true_type {};

template <class T, class = void>
struct HasBegin : std::false_type {};
template <class T>
struct HasBegin<T, std::void_t<decltype(std::begin(std::declval<T&>()))>> : std::true_type {};

static_assert(!fmt::is_formattable<SecretBytes>::value);
static_assert(!fmt::has_formatter<SecretBytes, fmt::format_context>::value);
static_assert(!IsStreamable<const SecretBytes&>::value);
static_assert(!HasBegin<SecretBytes>::value);
static_assert(!HasBegin<const SecretBytes>::value);
static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
static_assert(std::is_nothrow_move_assignable_v<SecretBytes>);
static_assert(!std::is_convertible_v<SecretBytes, std::string>);
static_assert(!std::is_convertible_v<SecretBytes, std::string_view>);
static_assert(!std::is_convertible_v<std::string, SecretBytes>);
static_assert(!std::is_convertible_v<const char*, SecretBytes>);

constexpr std::string_view kShort = "short-canary";  // fits into the string object itself
const std::string kLong(100, 'k');                   // lives on the heap

// Watches the heap block of `bytes` until it is given back.
void watch(const SecretBytes& bytes) {
  returned_clean = returned_dirty = 0;
  watched_size = bytes.size();
  watched = bytes.reveal().data();
}

// Storage of an object that can be looked at after the object's life.
struct Place {
  alignas(SecretBytes) unsigned char bytes[sizeof(SecretBytes)] = {};
  SecretBytes* make(std::string_view text) { return new (bytes) SecretBytes(text); }
  bool shows(std::string_view text) const {
    const std::string all(reinterpret_cast<const char*>(bytes), sizeof bytes);
    return all.find(text) != std::string::npos;
  }
};

}  // namespace

TEST_CASE("secret bytes give back what they were given, and only when asked") {
  const SecretBytes bytes("secret");
  CHECK(bytes.reveal() == "secret");
  CHECK(bytes.size() == 6);
  CHECK_FALSE(bytes.empty());
  CHECK(SecretBytes().empty());
  CHECK(bytes.clone().reveal() == "secret");
}

TEST_CASE("bytes on the heap are wiped before they are given back") {
  SECTION("when destroyed") {
    {
      const SecretBytes bytes{std::string_view(kLong)};
      watch(bytes);
    }
    CHECK(returned_clean == 1);
  }
  SECTION("when assigned over") {
    SecretBytes target{std::string_view(kLong)};
    watch(target);
    target = SecretBytes(std::string_view("other"));
    target = SecretBytes(std::string(500, 'x'));
    target = SecretBytes();
  }
  CHECK(returned_dirty == 0);
}

TEST_CASE("bytes inside the object are wiped") {
  SECTION("when destroyed") {
    Place place;
    SecretBytes* bytes = place.make(kShort);
    REQUIRE(place.shows("canary"));
    bytes->~SecretBytes();
    CHECK_FALSE(place.shows("canary"));
  }
  SECTION("when moved from") {
    Place place;
    SecretBytes* bytes = place.make(kShort);
    const SecretBytes taken(std::move(*bytes));
    CHECK(taken.reveal() == kShort);
    CHECK_FALSE(place.shows("canary"));
    bytes->~SecretBytes();
  }
  SECTION("when moved from by assignment") {
    Place place;
    SecretBytes* bytes = place.make(kShort);
    SecretBytes taken;
    taken = std::move(*bytes);
    CHECK(taken.reveal() == kShort);
    CHECK_FALSE(place.shows("canary"));
    bytes->~SecretBytes();
  }
  SECTION("when assigned over") {
    Place place;
    SecretBytes* bytes = place.make(kShort);
    *bytes = SecretBytes("x");
    CHECK_FALSE(place.shows("canary"));
    bytes->~SecretBytes();
  }
  SECTION("when the string that brought them is taken over") {
    alignas(std::string) unsigned char storage[sizeof(std::string)] = {};
    auto* text = new (storage) std::string(kShort);
    const SecretBytes taken(std::move(*text));
    const std::string all(reinterpret_cast<const char*>(storage), sizeof storage);
    CHECK(taken.reveal() == kShort);
    CHECK(text->empty());
    CHECK(all.find("canary") == std::string::npos);
    text->~basic_string();
  }
}

TEST_CASE("a moved-from secret is empty and can be used again") {
  SecretBytes from(kShort);
  SecretBytes to(std::move(from));
  CHECK(from.empty());
  from = SecretBytes("again");
  CHECK(from.reveal() == "again");
  auto& alias = to;
  to = std::move(alias);
  CHECK(to.reveal() == kShort);
}

TEST_CASE("wiping overwrites every byte and takes nothing for nothing") {
  char buffer[] = "0123456789";
  wipe(buffer, 10);
  CHECK(std::string(buffer, 11) == std::string(11, '\0'));
  wipe(nullptr, 0);
}

TEST_CASE("comparing in constant time compares") {
  struct Case {
    const char* fact;
    std::string_view left;
    std::string_view right;
    bool equal;
  };
  const std::vector<Case> cases = {
      {"nothing and nothing", "", "", true},
      {"the same", "token", "token", true},
      {"another first byte", "xoken", "token", false},
      {"another last byte", "tokex", "token", false},
      {"a prefix", "tok", "token", false},
      {"a longer one", "token!", "token", false},
      {"something and nothing", "token", "", false},
      {"bytes beyond ASCII", "\xff\x80", "\xff\x80", true},
      {"bytes that differ in the highest bit only", "\x01", "\x81", false},
      {"bytes after a NUL count", std::string_view("a\0b", 3), std::string_view("a\0c", 3), false},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      CHECK(equal_in_constant_time(c.left, c.right) == c.equal);
      CHECK(equal_in_constant_time(c.right, c.left) == c.equal);
    }
  }
}

}  // namespace certloop
