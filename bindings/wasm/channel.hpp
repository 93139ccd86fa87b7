// Owns the channel from the core to JavaScript: one flat buffer of commands, which JavaScript reads after an entry has
// returned (js/core/channel.js), and the data that JavaScript writes before an event. Must not know what a
// command means.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <vector>

#include <utcp_websocket/text.hpp>

namespace utcp::ws {

/// What a command begins with; the words that follow it are named here. A text is its size in bytes, then its UTF-8,
/// filled up to whole words.
enum class CommandKind : std::uint32_t {
  wire,      ///< -: a call of emscripten_websocket_new, …_send_utf8_text, …_close: the next record
  deliver,   ///< call, `Decoding`, text: a JSON Pointer
  progress,  ///< the same, for a frame that is not an answer
  settle,    ///< call
  reject,    ///< call, text: JSON of the error
  open,      ///< connection, text: JSON of the handshake
  ping,      ///< connection
  read,      ///< connection, whether to read
  fetch,     ///< token, text: JSON of the request
  cancel,    ///< token
  report,    ///< text: JSON of what happened
};

/// What JavaScript and the core share, at an address that stays.
struct ChannelWords {
  // From the core.
  std::uint32_t size = 0;                                     ///< unread words of the buffer; JavaScript sets it to 0
  std::uint32_t commands = 0;                                 ///< address of the buffer
  double deadline = std::numeric_limits<double>::infinity();  ///< of the nearest timer, in ms of `performance.now()`

  // From JavaScript, about the next message.
  std::uint32_t is_text = 0;
  std::uint32_t frame_size = 0;     ///< bytes, of a text UTF-16 code units
  std::uint32_t consumed_call = 0;  ///< a stream whose consumer has taken items since the last message; 0: none
  std::uint32_t consumed_items = 0;
  std::uint32_t consumed_bytes = 0;
};

class Channel {
 public:
  /// Starts an entry.
  void begin();
  void put(CommandKind kind, std::initializer_list<std::uint32_t> numbers = {});
  void put(CommandKind kind, std::initializer_list<std::uint32_t> numbers, TextRef text);
  /// Ends an entry: the commands can be read.
  void publish(double deadline);

  ChannelWords words;

 private:
  std::vector<std::uint32_t> commands_;
};

}  // namespace utcp::ws
