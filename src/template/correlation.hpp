// Owns the fields `correlation` and `capture`: where answers carry the id of their call. Must not know frames.
#pragma once

#include <string_view>

#include "call_template.hpp"
#include "field_reader.hpp"

namespace utcp::ws {

/// Parses the field, after the message.
void read_correlation(FieldReader& fields, CallTemplate& out);

/// Parses `capture`, after the fields that it depends on.
void read_capture(FieldReader& fields, CallTemplate& out);

/// The JSON text of the value in `{"/place": "text"}`, with placeholders; empty: the call's id is used.
[[nodiscard]] std::string_view correlation_value(const FieldReader& fields);

}  // namespace utcp::ws
