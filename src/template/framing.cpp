#include "framing.hpp"

#include <utility>

#include "message_reader.hpp"
#include "placeholders.hpp"

namespace utcp::ws {

void read_correlation_prefix(FieldReader& fields, std::string_view value, CallTemplate& out) {
  constexpr const char* kTakes =
      "{\"$prefix\": …} that holds {{request_id}} once and no other placeholder, used with a \"message\" that holds it";
  FrameMark mark;
  read_mark(fields, "correlation", kTakes, value, mark);
  const std::size_t at = mark.prefix.find(kRequestIdPlaceholder);
  std::string rest = mark.prefix;
  if (at != rest.npos) rest.erase(at, kRequestIdPlaceholder.size());
  if (at == rest.npos || may_hold_placeholders(rest) || !out.id_message().holds_request_id()) {
    fields.fail("correlation", kTakes, "another value");
  }
  out.correlation_prefix = std::move(mark.prefix);
}

void read_frame(FieldReader& fields, CallTemplate& out) {
  const std::string_view value = fields.find("frame");
  if (value.empty()) return;
  if (!value.starts_with('{')) fields.refuse("frame", "an object", value);
  const json::Members members = json::members_of(value);
  FieldReader inner(members, "frame.");
  inner.string("terminator", out.terminator, FieldReader::Shown::value);
  inner.boolean("strip", out.strips);
  for (const json::Member& member : members) {
    if (member.first == "terminator" || member.first == "strip") continue;
    fields.fail("frame", "an object of \"terminator\" and \"strip\"", json::quote(member.first).c_str());
  }
  fields.fail(inner.take_error());
}

}  // namespace utcp::ws
