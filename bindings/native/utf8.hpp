// Owns encodings of text: invalid UTF-8 becomes U+FFFD, as in JavaScript's TextEncoder and TextDecoder; headers are
// Latin-1. Must not know where the text goes.
#pragma once

#include <string>
#include <string_view>

namespace utcp::ws::native {

/// The length of the longest start that is valid UTF-8 (RFC 3629).
[[nodiscard]] std::size_t valid_prefix(std::string_view text);

/// `text`, each maximal part of it that is not UTF-8 replaced by U+FFFD (Unicode 15, section 3.9).
[[nodiscard]] std::string well_formed(std::string text);

/// The value of a header as it is sent: a byte for each character up to U+00FF (RFC 9110 section 5.5, obs-text), as
/// `ws` and Node send it. Values with others are refused before.
[[nodiscard]] std::string latin1(std::string_view text);

}  // namespace utcp::ws::native
