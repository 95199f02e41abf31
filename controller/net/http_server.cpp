// controller/net/http_server.cpp
