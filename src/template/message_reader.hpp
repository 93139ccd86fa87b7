// Owns parsing what fields of a call template have in common: messages, and patterns for frames.
// Must not know what the fields mean.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "field_reader.hpp"
#include "frame_match.hpp"
#include "message_template.hpp"

namespace utcp::ws {

[[nodiscard]] inline bool is_object(std::string_view value) { return value.starts_with('{'); }

/// `value`, that of the field `name`. It is not shown: a connect message authenticates.
void compile_message(FieldReader& fields, const char* name, std::string_view value, MessageTemplate& out,
                     bool may_be_array);
/// Returns whether the template has this message.
bool read_message(FieldReader& fields, const char* name, MessageTemplate& out, bool may_be_array = false);
void read_message(FieldReader& fields, const char* name, std::optional<MessageTemplate>& out,
                  bool may_be_array = false);

void read_match(FieldReader& fields, const char* name, FrameMatch& out, std::string_view fallback = "{}");

/// `object`, a value of the field `name`: members, or `$prefix` alone.
void read_mark(FieldReader& fields, const char* name, const char* takes, std::string_view object, FrameMark& out);
/// `value`, that of the field `name`: one of them or an array. Empty: none.
void read_marks(FieldReader& fields, const char* name, std::string_view value, std::vector<FrameMark>& out);

}  // namespace utcp::ws
