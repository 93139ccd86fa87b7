// Owns which fields of a call template accept which placeholders. Must not know their values.
#pragma once

#include "field_reader.hpp"

namespace utcp::ws {

/// Refuses placeholders in fields that have no value for them when they are used: they would be sent unchanged.
void refuse_placeholders(FieldReader& fields);

}  // namespace utcp::ws
