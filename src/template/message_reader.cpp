#include "message_reader.hpp"

#include <utility>

#include <utcp_websocket/text.hpp>

namespace utcp::ws {
namespace {

constexpr std::size_t kMostMarks = 20;

void read_leaves(FieldReader& fields, const char* name, std::string_view object, FrameMatch& out) {
  if (!flatten(object, out)) fields.fail(name, "an object of at most 1000 values", "more");
}

}  // namespace

void compile_message(FieldReader& fields, const char* name, std::string_view value, MessageTemplate& out,
                     bool may_be_array) {
  if (!json::is_string(value) && !is_object(value) && !(may_be_array && value.starts_with('['))) {
    fields.refuse(name, may_be_array ? "a string, an object or an array" : "a string or an object", value,
                  FieldReader::Shown::type);
  }
  Result<MessageTemplate> compiled = MessageTemplate::compile(value);
  if (compiled) {
    out = std::move(*compiled);
  } else {
    fields.fail_in(name, compiled.take_error());
  }
}

bool read_message(FieldReader& fields, const char* name, MessageTemplate& out, bool may_be_array) {
  const std::string_view value = fields.find(name);
  if (value.empty()) return false;
  compile_message(fields, name, value, out, may_be_array);
  return true;
}

void read_message(FieldReader& fields, const char* name, std::optional<MessageTemplate>& out, bool may_be_array) {
  MessageTemplate message;
  if (read_message(fields, name, message, may_be_array)) out = std::move(message);
}

void read_match(FieldReader& fields, const char* name, FrameMatch& out, std::string_view fallback) {
  std::string_view value = fields.find(name);
  if (value.empty()) value = fallback;
  if (!is_object(value)) fields.refuse(name, "an object", value, FieldReader::Shown::type);
  read_leaves(fields, name, value, out);
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

void read_marks(FieldReader& fields, const char* name, std::string_view value, std::vector<FrameMark>& out) {
  constexpr const char* kTakes = "an object that is not empty, or an array of such objects";
  if (value.empty()) return;
  std::vector<std::string_view> objects = json::elements_of(value);
  if (is_object(value)) objects = {value};
  if (objects.empty()) fields.refuse(name, kTakes, value);
  for (const std::string_view object : objects) read_mark(fields, name, kTakes, object, out.emplace_back());
  if (out.size() > kMostMarks) fields.fail(name, "at most 20 objects", "more");
}

}  // namespace utcp::ws
