// Owns `discovery`: where in what a service says of itself its tools stand, and how they are called.
// Must not know what makes a tool valid.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <utcp_websocket/json_scan.hpp>
#include <utcp_websocket/json_text.hpp>

namespace utcp::ws {

class FieldReader;

struct Discovery {
  json::Pointer tools;        ///< the array of them, in the answer to `discovery_message`
  json::ScanPlan answer;      ///< `tools`, and the `nextCursor` beside it
  json::ScanPlan element;     ///< what is read of each: name, description, inputs, outputs
  std::string call_template;  ///< JSON text of each tool's
};

/// Reads the field, if the manual's template has it. A tool's template is the manual's own, with the members of
/// `discovery.template` in the place of its own; one that has a `url` stands alone.
void read_discovery(const json::Members& manual_template, FieldReader& fields, std::shared_ptr<const Discovery>& out);

/// What an element of the list says, as a tool of a manual.
[[nodiscard]] std::string tool_text(const Discovery& discovery, std::string_view element);

}  // namespace utcp::ws
