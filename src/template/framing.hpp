// Owns the fields for the framing around JSON messages: `frame`, and `correlation` by the start of a text.
// Must not know frames.
#pragma once

#include <string_view>

#include "call_template.hpp"
#include "field_reader.hpp"

namespace utcp::ws {

void read_frame(FieldReader& fields, CallTemplate& out);

/// `{"$prefix": "43{{request_id}}["}`: the placeholder stands for any number of digits.
void read_correlation_prefix(FieldReader& fields, std::string_view value, CallTemplate& out);

}  // namespace utcp::ws
