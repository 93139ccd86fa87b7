// Owns `discovery`: where a service's own list holds its tools, and how to call them.
// Must not know what makes a tool valid.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/json_text.hpp>

namespace utcp::ws {

class FieldReader;

struct Discovery {
  /// The array of tools in the answer; in each of its elements name, description, inputs, outputs. Empty: what answers
  /// is a manual.
  std::vector<json::Pointer> places;
  std::string call_template;  ///< JSON text of each tool's
};

/// Parses the field, if the manual's template has it. A tool's template is the manual's, with the members of
/// `discovery.template` replacing its own; a `url` among them replaces it as a whole.
void read_discovery(const json::Members& manual_template, FieldReader& fields, Discovery& out);

/// Finds the values for `tool_text` in each element.
[[nodiscard]] json::ScanPlan plan_of_elements(const Discovery& discovery);
/// An element of the list, as a tool of a manual.
[[nodiscard]] std::string tool_text(const Discovery& discovery, const json::ScanPlan& plan, std::string_view element);

}  // namespace utcp::ws
