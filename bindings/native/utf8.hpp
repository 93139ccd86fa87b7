// Owns making text well-formed: what is not UTF-8 becomes U+FFFD, as where JavaScript encodes and decodes text.
// Must not know where the text goes.
#pragma once

#include <string>
#include <string_view>

namespace utcp::ws::native {

/// The length of the longest start that is valid UTF-8 (RFC 3629).
[[nodiscard]] std::size_t valid_prefix(std::string_view text);

/// `text`, each maximal part of it that is not UTF-8 replaced by U+FFFD (Unicode 15, section 3.9).
[[nodiscard]] std::string well_formed(std::string text);

}  // namespace utcp::ws::native
