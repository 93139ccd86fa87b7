// Owns manuals: JSON → checked tools with the reference's defaults filled in.
// Must not know how a manual was fetched.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/error.hpp>
#include <utcp_websocket/json_text.hpp>

#include "discovery.hpp"
#include "url.hpp"

namespace utcp::ws {

struct ManualLimits {
  std::size_t max_bytes = std::size_t{8} * 1024 * 1024;
  std::size_t max_tools = 10'000;
  std::size_t max_depth = kDefaultMaxJsonDepth;
};

/// A manual as slices of its own text.
struct ManualText {
  std::string versions;               ///< the start of its JSON text: an object's `utcp_version` and `manual_version`
  std::vector<std::string> tools;     ///< the JSON text of each tool, in the SDK's shape
  std::vector<std::string> left_out;  ///< a sentence for each tool that was left out
  /// All of it as JSON text.
  [[nodiscard]] std::string text() const;
};

/// Fails with `invalid_manual` naming the tool and the member, also where the text is not JSON. Call templates and JSON
/// Schemas stay as they came, websocket call templates after a check. Unknown members of tools are dropped, of the
/// manual refused; of two tools with one name both are kept, as in the reference. With a `discovery` the text is what a
/// service says of itself: what is no tool in its list is left out, and `max_bytes` holds for all tools with their call
/// templates too.
[[nodiscard]] Result<ManualText> parse_manual(std::string_view text, const ManualLimits& limits,
                                              const Discovery& discovery = {});

/// Leaves out the tools through which a manual fetched from `source` would reach the agent's own machine: `source` is
/// not loopback and the tool's `url` (or its OAuth2 `token_url`) is, or cannot be told: it is one that URL parsers read
/// differently, or a variable. Of other protocols' templates every URL and host counts, wherever it stands, and what is
/// run or read there (`command`, `file_path`).
void leave_out_loopback_tools(ManualText& manual, const Url& source);

/// Copies the credential that fetched a manual (JSON text of its template's `auth`) to those of its websocket tools
/// without one, if they have the same origin as `source`: a manual cannot send it elsewhere.
void lend_auth(ManualText& manual, const Url& source, std::string_view auth);

}  // namespace utcp::ws
