// Owns the list of a call template's fields: their defaults, and likely mistakes in
// others. Must not know what the fields mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/json_text.hpp>

#include "field_reader.hpp"

namespace utcp::ws {

inline constexpr const char* kDefaultStreamEnd = R"({"type":"stream_end"})";
inline constexpr const char* kDefaultDiscoveryMessage = R"({"type":"utcp"})";

/// The JSON text of a field's default; empty: it has none. `fields`: those of the template.
[[nodiscard]] std::string_view default_of(std::string_view name, const FieldReader& fields);

/// Likely mistakes that are allowed: unknown fields, times that look like milliseconds. A sentence for
/// each.
[[nodiscard]] std::vector<std::string> oddities_of(const json::Members& members);

}  // namespace utcp::ws
