// controller/net/transports.cpp
