// Owns reading what frames are held against. Must not know which fields there are.
#pragma once

#include <string_view>

#include "field_reader.hpp"
#include "frame_match.hpp"

namespace utcp::ws {

/// The leaves of an object, of which there may not be too many. `name`: the field that it stands in.
void read_leaves(FieldReader& fields, const char* name, std::string_view object, FrameMatch& out);

/// An object of members, or of `$prefix` alone. `takes`: what the field must be, where there is another value.
void read_mark(FieldReader& fields, const char* name, const char* takes, std::string_view object, FrameMark& out);

}  // namespace utcp::ws
