// Owns the fields `correlation` and `capture`: where answers carry the id of their call. Must not know frames.
#pragma once

#include <string_view>

#include "call_template.hpp"
#include "field_reader.hpp"

namespace utcp::ws {

/// Reads the field, once the message has been read.
void read_correlation(FieldReader& fields, CallTemplate& out);

/// Reads `capture`, once all that it goes with has been read.
void read_capture(FieldReader& fields, CallTemplate& out);

/// The JSON text of what stands there, with placeholders, of `{"/place": "text"}`; empty: it is the call's id.
[[nodiscard]] std::string_view correlation_value(const FieldReader& fields);

}  // namespace utcp::ws
