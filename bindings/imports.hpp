// Owns the list of what the wasm module asks of its JavaScript side, besides Emscripten's own API (bodies: host.js).
// All of them only note down what is to be done: nothing of the host's or the user's runs below a wasm frame.
#pragma once

#include <cstddef>
#include <cstdint>

namespace utcp::ws {

/// How far a text was encoded.
struct TextProgress {
  std::uint32_t read;     ///< UTF-16 code units taken
  std::uint32_t written;  ///< bytes of UTF-8 put down
};

/// What there is to know of the frame being handled before anyone looks inside.
struct FrameFacts {
  std::uint32_t is_text;
  std::uint32_t size;           ///< bytes, of a text UTF-16 code units
  std::uint32_t consumed_call;  ///< a stream whose consumer has taken items since the last frame; 0: none
  std::uint32_t consumed_items;
  std::uint32_t consumed_bytes;
};

extern "C" {

void utcp_ws_frame(FrameFacts* facts);
/// What is sent next is the message of this call, 0: the template's own that was told. Not said for the call being
/// started.
void utcp_ws_sending(std::uint32_t call);

/// Give the frame being handled to a call. `path_length` bytes at `path` are a JSON Pointer; null: as in the last call.
void utcp_ws_deliver(std::uint32_t call, int decoding, const char* path, std::size_t path_length);
/// The call is over, and well.
void utcp_ws_settle(std::uint32_t call);
/// Anything that happens too seldom to deserve a function: JSON text, see `SessionHost`.
void utcp_ws_command(const char* text, std::size_t length);
/// A deadline nearer than those told before, in milliseconds of `performance.now()`. `handle_timeout` forgets what was
/// told.
void utcp_ws_deadline(double milliseconds);
/// Encodes the text of the frame being handled, from code unit `from` on, into `out`.
void utcp_ws_read_text(char* out, std::size_t capacity, std::size_t from, TextProgress* progress);
/// What `Session::handle_error` takes, of the handshake whose failure is being handled.
int utcp_ws_http_status();
/// Emscripten 3.1.6 leaves a deleted socket in its table (`delete WS.sockets[socket]`): takes it out.
void utcp_ws_forget(int socket);
/// How many sockets Emscripten's table holds.
int utcp_ws_table_size();

}  // extern "C"

}  // namespace utcp::ws
