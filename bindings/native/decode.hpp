// Owns decoding a received message into the user's value, as the core commands. Must not know calls.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <utcp_websocket/call.hpp>

#include "utcp_websocket/tools.hpp"

namespace utcp::ws::native {

/// How a message is decoded, and where in it.
struct DecodingPlan {
  Decoding decoding = Decoding::text;
  std::string path;  ///< `json_member`: JSON Pointer
  bool as_text = false;
  std::size_t max_depth = kDefaultMaxJsonDepth;
};

/// `not_json` is set where JSON was asked for and it is none: then the value is the text.
[[nodiscard]] Json decode(std::string_view content, const DecodingPlan& plan, bool& not_json);

/// The JSON text of the value at a pointer, `null` where there is none. `content` is known to be JSON.
[[nodiscard]] std::string_view slice_at(std::string_view content, std::string_view path, std::size_t max_depth);

}  // namespace utcp::ws::native
