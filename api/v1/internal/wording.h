#pragma once
#include <span>
#include <string>
#include <string_view>

// How messages speak: quoting, listing and guessing what was meant.
namespace certloop::v1::internal {

using Words = std::span<const std::string_view>;

// The text, safe to print: cut after 60 bytes, control characters and all that is not ASCII
// escaped. What looks like a key is not shown at all.
std::string printable(std::string_view text);

// The same in single quotes.
std::string quoted(std::string_view text);

// "'a', 'b' or 'c'".
std::string alternatives(Words words);

// The word most like `word`, ignoring case, or empty when none is near. Cost: the sum of the
// lengths of `words` times the length of `word`, which counts as 64 at most.
std::string_view nearest(std::string_view word, Words words);

// "did you mean 'x'?", or empty.
std::string did_you_mean(std::string_view word, Words words);

// "did you mean 'x'?", or "allowed: 'a', 'b' or 'c'"; empty without words.
std::string near_or_all(std::string_view word, Words words);

}  // namespace certloop::v1::internal
