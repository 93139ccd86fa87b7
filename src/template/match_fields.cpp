#include "match_fields.hpp"

#include <utcp_websocket/json_text.hpp>

namespace utcp::ws {

void read_leaves(FieldReader& fields, const char* name, std::string_view object, FrameMatch& out) {
  if (!flatten(object, out)) fields.fail(name, "an object of at most 1000 values", "more");
}

void read_mark(FieldReader& fields, const char* name, const char* takes, std::string_view object, FrameMark& out) {
  const json::Members members = json::members_of(object);
  if (members.empty()) fields.refuse(name, takes, object);
  const std::string_view prefix = json::find(members, kPrefixName);
  if (!json::is_string(prefix)) {
    read_leaves(fields, name, object, out.members);
    return;
  }
  out.prefix = json::text_of(prefix);
  if (out.prefix.empty() || members.size() > 1) {
    fields.fail(name, "an object of $prefix alone, a text that is not empty", "another object");
  }
}

}  // namespace utcp::ws
