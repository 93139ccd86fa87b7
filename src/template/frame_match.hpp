// Owns patterns for frames: members with their values, at any depth. Must not know frames.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <utcp_websocket/json_pointer.hpp>

namespace utcp::ws {

/// Members that a frame must have, with their values, at any depth (`message_filter`, `stream_end`, `connect_ack`):
/// flattened into leaf pointers and their values. Arrays are flattened, too; empty containers are
/// leaves. `{}` has no leaves: as `message_filter` all frames pass, as `stream_end` none ends a stream.
/// Of duplicate names both values must match, so that nothing matches.
struct FrameMatch {
  std::vector<std::pair<json::Pointer, std::string>> leaves;  ///< the value as JSON text: a scalar, `{}` or `[]`
  [[nodiscard]] bool empty() const { return leaves.empty(); }
};

inline constexpr const char* kPrefixName = "$prefix";

/// A pattern for frames (`error_match`, `progress_filter`): members, or the start of a text.
struct FrameMark {
  FrameMatch members;
  std::string prefix;  ///< of a text frame; used where it is not empty
  [[nodiscard]] bool empty() const { return members.empty() && prefix.empty(); }
};

/// All patterns for frames. A call's own are the template's with its placeholders filled in.
struct FrameMatches {
  FrameMatch filter;  ///< `message_filter`
  FrameMatch stream_end;
  std::vector<FrameMark> errors;  ///< `error_match`: any of them
};

/// `matches` with the values of `text`: the JSON of an array that begins with `message_filter`, `stream_end` and
/// `error_match`.
[[nodiscard]] FrameMatches filled(FrameMatches matches, std::string_view text);

/// In `progress_filter`, a value that stands for the id of the call, as a text or as a number.
inline constexpr std::string_view kOwnId = R"("{{request_id}}")";

/// Fills `out` with the leaves of an object, which is known to be JSON. Returns whether there are at most 1,000:
/// looking for each takes time with each frame.
[[nodiscard]] bool flatten(std::string_view object, FrameMatch& out);

}  // namespace utcp::ws
