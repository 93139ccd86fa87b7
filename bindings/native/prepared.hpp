// Owns the part of a call that can run on the caller's thread: parsing its call template, once per template,
// and its arguments. Must not know sessions.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <utcp_websocket/call.hpp>
#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/error.hpp>
#include <utcp_websocket/session.hpp>

#include "utcp_websocket/client_options.hpp"
#include "utcp_websocket/tools.hpp"

namespace utcp::ws::native {

/// A call template as one caller uses it for one tool.
struct Template {
  std::uint32_t caller = 0;
  std::string tool_name;  ///< with the manual's
  Json given;             ///< to recognize it by
  CallTemplate parsed;
  std::string auth;       ///< JSON text of the member `auth`; empty: none
  bool many = false;      ///< whether a call gives an array
  bool uses_now = false;  ///< perhaps
  bool uses_uuid = false;
  bool uses_new_id = false;  ///< `message` or `filter_message`
  bool filters = false;      ///< `filter_message` has placeholders
  bool captures = false;     ///< values that are captured later stand in what of it is rendered

  // Only the engine's, on its executor:
  std::optional<ToolId> tool;
  bool is_dropped = false;  ///< no longer in the table: the id is released after use
};

/// Templates by caller, tool and content: each is read once. Any thread.
class Templates {
 public:
  using Entry = std::shared_ptr<Template>;
  /// Fails with what is wrong with the template.
  [[nodiscard]] Result<Entry> find(std::uint32_t caller, std::string_view tool_name, const Json& call_template);
  /// What was pushed out since it was last asked, to be released.
  [[nodiscard]] std::vector<Entry> take_dropped();
  /// Empties it.
  [[nodiscard]] std::vector<Entry> take_all();

 private:
  std::mutex mutex_;
  std::unordered_multimap<std::string, Entry> entries_;  // by tool name
  std::deque<Entry> order_;                              // oldest first
  std::vector<Entry> dropped_;
};

/// A call that is ready to start; its handle, too.
struct Prepared {
  ErrorPtr error;  ///< in place of all the rest: what was wrong
  CallMode mode = CallMode::single;
  CallOptions options;
  std::string arguments;                     ///< JSON text of an object
  std::map<std::string, std::string> bytes;  ///< arguments that are whole binary messages, and not among `arguments`
  Templates::Entry call_template;

  // Only the engine's, on its executor:
  std::uint32_t id = 0;  ///< while it runs
  bool is_over = false;
};

/// How errors call an argument: `arguments.audio`.
[[nodiscard]] std::string path_to(const std::string& argument);

/// Reads the arguments of a call that has its template. Fails with `invalid_argument`, naming the place that JSON
/// cannot hold.
[[nodiscard]] ErrorPtr take_arguments(Prepared& call, const Json& arguments, std::size_t max_depth);

/// The same, with one more that comes in chunks: null is in its place.
[[nodiscard]] ErrorPtr take_arguments_beside(const ChunkedArgument& chunks, Prepared& call, const Json& arguments,
                                             std::size_t max_depth);

}  // namespace utcp::ws::native
