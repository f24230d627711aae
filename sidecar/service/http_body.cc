// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/http_body.h"

namespace waypost::service {

HttpBodyState ReadHttpBody(const httplib::Request& request, const httplib::ContentReader& reader,
                           const httplib::Response& response, size_t max_bytes,
                           size_t max_read_bytes, std::string* bytes) {
  if (!request.has_header("Content-Length") && !request.has_header("Transfer-Encoding")) {
    return HttpBodyState::kWhole;
  }
  size_t size = 0;
  const auto take = [&](const char* part, size_t count) {
    size += count;
    if (size <= max_bytes) bytes->append(part, count);
    return size <= max_read_bytes;
  };
  const auto take_part = [](const httplib::MultipartFormData& /*part*/) { return true; };
  const bool whole = request.is_multipart_form_data() ? reader(take_part, take) : reader(take);
  if (size > max_bytes || response.status == 413) return HttpBodyState::kTooLarge;
  return whole ? HttpBodyState::kWhole : HttpBodyState::kBroken;
}

}  // namespace waypost::service
