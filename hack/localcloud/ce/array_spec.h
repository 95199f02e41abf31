#pragma once
#include <string>
#include <vector>

namespace localcloud::ce {

// The indices of "5,12-14", rising, each once. Throws Refusal for another form, for indices beyond
// 9,999,999 and for more than 1,000 of them.
std::vector<int> parse_array_spec(const std::string& text);

// The same way back; "" for none. `indices` rise.
std::string array_spec(const std::vector<int>& indices);

}  // namespace localcloud::ce
