#pragma once
#include <string>

namespace certloop::app {

// How a word is meant; becomes a colour where there are colours.
enum class Tone { good, change, warn, bad, dim, plain };

std::string painted(Tone tone, const std::string& text, bool colour);
std::string padded(std::string text, std::size_t width);

}  // namespace certloop::app
