// api/v1/binding.cpp
