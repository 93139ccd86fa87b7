// Owns SHA-256, for answers to a challenge. Must not know what is hashed.
#pragma once

#include <string>

#include <utcp_websocket/text.hpp>

namespace utcp::ws {

/// FIPS 180-4: 32 bytes.
[[nodiscard]] std::string sha256(TextRef bytes);

}  // namespace utcp::ws
