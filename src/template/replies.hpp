// Owns `replies`: which frames the template answers by itself, and which values of a frame the reply contains. Must
// not know connections.
#pragma once

#include <string_view>
#include <vector>

#include <utcp_websocket/json_scan.hpp>

#include "frame_match.hpp"
#include "message_template.hpp"

namespace utcp::ws {

class FieldReader;

/// The reply to frames that the peer sends on its own.
struct AutoReply {
  FrameMark match;
  Plan send;              ///< its arguments are called as where in the frame they stand: `/id`
  json::ScanPlan places;  ///< of the match's leaves, then of those arguments, in the order of the plan
};

void read_replies(FieldReader& fields, std::vector<AutoReply>& out);

/// The message that answers a frame, without arguments. `scan`: what was found in it at `AutoReply::places`; nothing,
/// where it is no JSON. What is not there is null, or no text.
[[nodiscard]] Plan filled(const AutoReply& reply, const json::ScanResult& scan);

}  // namespace utcp::ws
