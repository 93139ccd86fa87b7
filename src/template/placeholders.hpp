// Owns the grammar of placeholders: where one begins and ends, and whether a text around them is JSON. Must
// not know their values. Every function takes linear time, because templates come from peers.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "message_template.hpp"

namespace utcp::ws {

inline constexpr std::string_view kBlank = " \t\r\n";
inline constexpr std::string_view kUuidPlaceholder = "{{uuid}}";
inline constexpr std::string_view kNewIdPlaceholder = "{{new_id}}";
inline constexpr std::string_view kArgsPlaceholder = "{{args}}";
/// The start of a value that a step of `connect` captured: `{{connect.sid}}`. See `kAnswerPlaceholder`, too.
inline constexpr std::string_view kConnectPlaceholder = "{{connect.";
inline constexpr std::string_view kTraceparentPlaceholder = "{{traceparent}}";
inline constexpr std::string_view kTracestatePlaceholder = "{{tracestate}}";

/// Whether a name among those of a call's arguments says that it has this built-in. No argument can be called so.
[[nodiscard]] inline bool is_trace_name(std::string_view name) {
  return name == kTraceparentPlaceholder || name == kTracestatePlaceholder;
}

/// `{{request_id}}` and the like.
struct BuiltIn {
  std::string_view placeholder;
  Piece::Kind kind;
  bool may_lack = false;  ///< not every call has one
};

/// The built-in that starts at `position`, or null.
[[nodiscard]] const BuiltIn* built_in_at(std::string_view text, std::size_t position);

/// An argument's placeholder in a text: `UTCP_ARG_<name>_UTCP_ARG` or `{{args.<name>}}`.
struct Placeholder {
  std::string_view name;
  std::size_t size = 0;   ///< of the whole placeholder; 0: there is none
  bool is_typed = false;  ///< `{{args.<name>}}`: as the whole of a string, the value
};

/// The placeholder that starts at `position`, if its name may be any of up to 256 bytes: it ends as early as it can.
[[nodiscard]] Placeholder placeholder_at(std::string_view text, std::size_t position);

/// The placeholder of a captured value that starts at `position`. Its name is `connect.sid`, `answer.sub`.
[[nodiscard]] Placeholder captured_at(std::string_view text, std::size_t position);

/// The size of what starts at `position`: a placeholder of any kind; 0: none.
[[nodiscard]] std::size_t size_at(std::string_view text, std::size_t position);

/// Whether a text is one `{{args.<name>}}`, or the like of a captured value, and nothing else.
[[nodiscard]] bool is_typed_argument(std::string_view text);

[[nodiscard]] bool may_hold_placeholders(std::string_view text);
/// Whether what takes the placeholders' place depends on which arguments, and which built-ins, a call has.
[[nodiscard]] bool depends_on_call(std::string_view text);

/// Names of arguments, to be found in a template, and the placeholders of built-ins that not every call has.
class Names {
 public:
  /// `omits`: whether arguments that are not there are left out, too.
  Names(std::span<const std::string> names, bool omits);

  /// The argument whose placeholder starts at `position`.
  [[nodiscard]] Placeholder find_at(std::string_view text, std::size_t position) const;
  [[nodiscard]] std::span<const std::string> all() const { return names_; }
  [[nodiscard]] bool lacks(const BuiltIn& built_in) const { return built_in.may_lack && !has(built_in.placeholder); }
  /// The size of the placeholder at `position`, if what it stands for is to be left out.
  [[nodiscard]] std::size_t left_out_at(std::string_view text, std::size_t position) const;

 private:
  [[nodiscard]] bool has(std::string_view name) const;

  std::span<const std::string> names_;
  bool omits_;
  std::size_t longest_ = 0;
};

/// Whether a text starts like JSON, and not with a placeholder.
[[nodiscard]] bool is_json_shaped(std::string_view text);
/// Whether a text that holds placeholders is JSON, whatever is put in.
[[nodiscard]] bool is_json_text(std::string_view text);

/// Whether what stands at [`begin`, `end`) of such a text is a value by itself: what touches it, as a digit does, would
/// be a part of it.
[[nodiscard]] bool is_whole_value(std::string_view text, std::size_t begin, std::size_t end);
/// The index of the quote that ends the string literal at `open`, or the text's size where none does.
[[nodiscard]] std::size_t closing_quote(std::string_view text, std::size_t open);
/// Whether the string literal that ends with the quote at `closing` is a member's name.
[[nodiscard]] bool is_name_literal(std::string_view text, std::size_t closing);

/// JSON without the members and elements whose whole value is a placeholder of what is to be left out.
[[nodiscard]] std::string leave_out(std::string_view text, const Names& names);

}  // namespace utcp::ws
