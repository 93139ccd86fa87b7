// Owns the text encodings of handshakes and token requests. Must not know what is encoded.
#pragma once

#include <string>

#include "text.hpp"

namespace utcp::ws {

/// RFC 4648 section 4, with padding.
[[nodiscard]] std::string base64(TextRef bytes);
/// RFC 4648 section 5, without padding: fit for a subprotocol, which must be a token.
[[nodiscard]] std::string base64url(TextRef bytes);
/// application/x-www-form-urlencoded (WHATWG URL section 5), with blanks as %20, which every reader of `+` reads too.
[[nodiscard]] std::string form_encode(TextRef text);

}  // namespace utcp::ws
