// Owns the functions that the wasm module imports from JavaScript, besides Emscripten's own API (body: host.js). They
// run below a wasm frame, so they only copy: no code of the host or the user runs there.
#pragma once

#include <cstddef>
#include <cstdint>

namespace utcp::ws {

/// How far a text was encoded.
struct TextProgress {
  std::uint32_t read;     ///< UTF-16 code units taken
  std::uint32_t written;  ///< bytes of UTF-8 put down
};

extern "C" {

/// Encodes the text of the message being handled, from code unit `from` on, into `out`.
void utcp_ws_read_text(char* out, std::size_t capacity, std::size_t from, TextProgress* progress);

/// Whether the text of the message being handled holds `kWrapperMark`: most do not, and need not be encoded then.
int utcp_ws_text_may_be_wrapped();

}  // extern "C"

}  // namespace utcp::ws
