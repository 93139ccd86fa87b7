// Owns which fields of a call template take which placeholders. Must not know what is put in their place.
#pragma once

#include "field_reader.hpp"

namespace utcp::ws {

/// Refuses placeholders in fields that have no value for them when they are used: they would go out as they are.
void refuse_placeholders(FieldReader& fields);

}  // namespace utcp::ws
