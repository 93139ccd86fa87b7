#include "field_reader.hpp"

#include <utcp_websocket/text.hpp>

namespace utcp::ws {

std::string_view FieldReader::find(const char* name, Presence presence) const {
  const std::string_view value = json::find(members_, name);
  return presence == Presence::optional && value == "null" ? std::string_view() : value;
}

bool FieldReader::string(const char* name, std::string& out, Shown shown, Presence presence) {
  const std::string_view value = find(name, presence);
  if (json::is_string(value)) {
    out = json::text_of(value);
    return true;
  }
  if (!value.empty()) {
    refuse(name, "a string", value, shown);
  } else if (presence == Presence::required) {
    fail(name, "a string", "nothing");
  }
  return false;
}

int FieldReader::choice(const char* name, std::initializer_list<const char*> options, Presence presence) {
  std::string text;
  if (!string(name, text, Shown::value, presence)) return 0;
  std::string takes;
  int place = 0;
  for (const char* option : options) {
    ++place;
    if (option == text) return place;
    const bool is_last = place == static_cast<int>(options.size());
    append(takes, {place == 1 ? "" : is_last ? " or " : ", ", json::quote(option)});
  }
  refuse(name, takes.c_str(), find(name));
  return 0;
}

void FieldReader::boolean(const char* name, bool& out, Presence presence) {
  const std::string_view value = find(name, presence);
  if (value == "true" || value == "false") {
    out = value == "true";
  } else if (!value.empty()) {
    refuse(name, "true or false", value);
  }
}

void FieldReader::refuse(const char* name, const char* takes, TextRef got, Shown shown) {
  const std::string_view value = got.view();
  fail(name, takes, (shown == Shown::value ? json::summary(value) : std::string(json::type_summary(value))).c_str());
}

void FieldReader::fail(const char* name, const char* takes, const char* got) {
  std::string field = concat({prefix_, name});
  std::string message = concat({"call template field \"", field, "\" must be ", takes, "; got ", got});
  fail(make_error(ErrorCode::invalid_call_template, std::move(message), field));
}

void FieldReader::fail_in(const char* name, ErrorPtr error) {
  error->field = concat({prefix_, name});
  error->message = concat({"call template field \"", error->field, "\": ", error->message});
  fail(std::move(error));
}

void FieldReader::fail(ErrorPtr error) {
  if (error_ == nullptr) error_ = std::move(error);
}

void read_pointer(FieldReader& fields, const char* name, std::optional<json::Pointer>& out) {
  std::string text;
  if (!fields.string(name, text, FieldReader::Shown::value)) return;
  out = json::parse_pointer(text);
  if (!out) fields.refuse(name, "a JSON Pointer like \"/payload/id\" (RFC 6901)", json::quote(text));
}

}  // namespace utcp::ws
