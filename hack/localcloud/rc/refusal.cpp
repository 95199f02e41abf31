#include "hack/localcloud/rc/refusal.h"

#include <boost/beast/http/status.hpp>
#include <ostream>

namespace localcloud::rc {

Refusal broker(int status, const std::string& message) {
  namespace http = boost::beast::http;
  const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
  return {422, "RC-ServiceBrokerErrorResponse",
          "[" + std::to_string(status) + ", " + std::string(reason) + "] " + message};
}

}  // namespace localcloud::rc
