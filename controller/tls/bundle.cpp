// controller/tls/bundle.cpp
