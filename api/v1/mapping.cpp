// api/v1/mapping.cpp
