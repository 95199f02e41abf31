#include "controller/tls/openssl.h"

#include <openssl/err.h>

namespace certloop::tls {

CleanErrorQueue::~CleanErrorQueue() {
  ERR_clear_error();
}

}  // namespace certloop::tls
