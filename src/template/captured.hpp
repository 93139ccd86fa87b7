// Owns values that are captured from the peer and inserted into later messages: `{{connect.sid}}`, captured by a
// step of `connect`, and `{{answer.sub}}`, by `capture` of a call's first answer. Must not know frames.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "message_template.hpp"

namespace utcp::ws {

/// Names (`connect.sid`), and the JSON text of their values.
using Captured = std::vector<std::pair<std::string, std::string>>;

/// Bytes of one value's JSON text. It may stand in many places of every message.
inline constexpr std::size_t kLongestCaptured = 65536;

/// How those of the first answer are called, and how their placeholders begin.
inline constexpr std::string_view kOfAnswer = "answer.";
inline constexpr std::string_view kAnswerPlaceholder = "{{answer.";

/// Whether values whose names begin so go into a message.
[[nodiscard]] bool takes_captured(const Plan& plan, std::string_view start = {});

/// Whether nothing is left to be filled in.
[[nodiscard]] bool is_text(const Plan& plan);

/// A plan with values in place of those pieces. What is not among them is null, or no text.
[[nodiscard]] Plan with_captured(const Plan& plan, const Captured& captured);

/// The text of a plan that has no other pieces left, as `fill` makes it.
[[nodiscard]] std::string text_with(const Plan& plan, const Captured& captured);

}  // namespace utcp::ws
