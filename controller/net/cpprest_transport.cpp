// controller/net/cpprest_transport.cpp
