#include "prepared.hpp"

#include <algorithm>

#include <utcp_websocket/encoding.hpp>
#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/text.hpp>

#include "json_value.hpp"
#include "utf8.hpp"

namespace utcp::ws::native {
namespace {

constexpr std::size_t kMostTemplates = 1000;

const char* type_name(const Json& value) {
  switch (value.type()) {
    case Json::value_t::array:
      return "an array";
    case Json::value_t::string:
      return "string";
    case Json::value_t::boolean:
      return "boolean";
    case Json::value_t::binary:
      return "bytes";
    default:
      return "number";
  }
}

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
  };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

std::string step_to(const std::string& name) {
  return is_name(name) ? "." + name : concat({"[", json::quote(name), "]"});
}

// Appends where the first value stands that JSON text cannot hold, and says what it is; null where there is none.
const char* find_culprit(const Json& value, std::size_t depth_left, std::string& path) {
  if (value.is_binary()) {
    return " is bytes, which JSON cannot hold: pass a text, or set \"message_format\" to \"base64\", or to "
           "\"binary\" with the placeholder of this argument alone as \"message\"";
  }
  if (value.is_discarded()) return " is a discarded value, which JSON cannot hold";
  if (!value.is_structured()) return nullptr;
  if (depth_left == 0) return " nests too deeply";
  const std::size_t length = path.size();
  std::size_t index = 0;
  for (auto member = value.begin(); member != value.end(); ++member, ++index) {
    if (!member->is_structured() && !member->is_binary() && !member->is_discarded()) continue;
    path += value.is_array() ? concat({"[", to_text(index), "]"}) : step_to(member.key());
    if (const char* what = find_culprit(*member, depth_left - 1, path)) return what;
    path.resize(length);
  }
  return nullptr;
}

ErrorPtr check_json(const Json& value, const char* name, std::size_t max_depth) {
  std::string path = name;
  const char* what = find_culprit(value, max_depth, path);
  return what == nullptr ? nullptr : make_error(ErrorCode::invalid_argument, concat({path, what}));
}

// `==` calls 1 and 1.0 the same, which are different texts.
bool is_same(const Json& left, const Json& right) {
  if (left.type() != right.type() || left.size() != right.size()) return false;
  if (!left.is_structured()) return left == right;
  auto other = right.begin();
  for (auto one = left.begin(); one != left.end(); ++one, ++other) {
    if (left.is_object() && one.key() != other.key()) return false;
    if (!is_same(*one, *other)) return false;
  }
  return true;
}

Result<Templates::Entry> read_template(std::uint32_t caller, std::string_view tool_name, const Json& call_template) {
  Result<Templates::Entry> result;
  result.fail(check_json(call_template, "callTemplate", kDefaultMaxJsonDepth));
  if (!result) return result;
  const std::string text = well_formed(json::dump(call_template));
  Result<CallTemplate> parsed = parse_call_template(text);
  if (!parsed) {
    result.fail(parsed.take_error());
    return result;
  }
  auto entry = std::make_shared<Template>();
  entry->caller = caller;
  entry->tool_name = well_formed(std::string(tool_name));
  entry->given = call_template;
  entry->parsed = std::move(*parsed);
  const json::Members members = json::members_of(text);
  entry->auth = json::find(members, "auth");
  if (entry->auth == "null") entry->auth.clear();
  entry->many = gives_many(entry->parsed);
  entry->uses_now = text.find("now") != std::string::npos;
  const CallTemplate& read = entry->parsed;
  entry->uses_uuid = read.message.holds_uuid() || read.filter_message.holds_uuid() ||
                     read.discovery_message.holds_uuid() ||
                     std::any_of(read.more_messages.begin(), read.more_messages.end(),
                                 [](const MessageTemplate& message) { return message.holds_uuid(); }) ||
                     (read.leave_message && read.leave_message->holds_uuid());
  entry->uses_new_id = read.message.holds_new_id() || read.filter_message.holds_new_id();
  entry->filters = !entry->parsed.filter_message.is_constant();
  entry->captures = takes_captured(read);
  *result = std::move(entry);
  return result;
}

}  // namespace

Result<Templates::Entry> Templates::find(std::uint32_t caller, std::string_view tool_name, const Json& call_template) {
  const std::string key = well_formed(std::string(tool_name));
  {
    const std::scoped_lock lock(mutex_);
    const auto [begin, end] = entries_.equal_range(key);
    for (auto entry = begin; entry != end; ++entry) {
      if (entry->second->caller == caller && is_same(entry->second->given, call_template)) return entry->second;
    }
  }
  Result<Entry> read = read_template(caller, tool_name, call_template);
  if (!read) return read;
  const std::scoped_lock lock(mutex_);
  entries_.emplace(key, *read);
  order_.push_back(*read);
  if (order_.size() > kMostTemplates) {
    const Entry oldest = std::move(order_.front());
    order_.pop_front();
    const auto [begin, end] = entries_.equal_range(oldest->tool_name);
    entries_.erase(std::find_if(begin, end, [&](const auto& entry) { return entry.second == oldest; }));
    dropped_.push_back(oldest);
  }
  return read;
}

std::vector<Templates::Entry> Templates::take_dropped() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(dropped_, {});
}

std::vector<Templates::Entry> Templates::take_all() {
  const std::scoped_lock lock(mutex_);
  std::vector<Entry> all = std::exchange(dropped_, {});
  all.insert(all.end(), order_.begin(), order_.end());
  order_.clear();
  entries_.clear();
  return all;
}

std::string path_to(const std::string& argument) { return "arguments" + step_to(argument); }

namespace {

Result<std::string> arguments_text(const Json& arguments, std::size_t max_depth) {
  Result<std::string> result;
  if (arguments.is_null()) {
    *result = "{}";
  } else if (!arguments.is_object()) {
    result.fail(
        make_error(ErrorCode::invalid_argument, concat({"arguments must be an object, not ", type_name(arguments)})));
  } else {
    result.fail(check_json(arguments, "arguments", max_depth));
    if (result) *result = well_formed(json::dump(arguments));
  }
  return result;
}

}  // namespace

ErrorPtr take_arguments(Prepared& call, const Json& arguments, std::size_t max_depth) {
  const CallTemplate& used = call.call_template->parsed;
  const auto may_be_bytes = [&](const std::string& name) {
    const auto is_alone = [&](const MessageTemplate& message) { return message.lone_argument() == name; };
    return !name.empty() && used.sends_binary && call.mode != CallMode::discovery &&
           (is_alone(used.message) || std::any_of(used.more_messages.begin(), used.more_messages.end(), is_alone));
  };
  Json rest;
  const auto is_bytes = [](const Json& value) { return value.is_binary(); };
  if (arguments.is_object() && std::any_of(arguments.begin(), arguments.end(), is_bytes)) {
    rest = arguments;
    for (const auto& [name, value] : arguments.items()) {
      if (!value.is_binary()) continue;
      std::string bytes(value.get_binary().begin(), value.get_binary().end());
      if (used.sends_base64) {
        rest[name] = base64(bytes);
      } else if (may_be_bytes(name)) {
        call.bytes.emplace(name, std::move(bytes));
        rest.erase(name);
      }
    }
  }
  Result<std::string> text = arguments_text(rest.is_null() ? arguments : rest, max_depth);
  call.arguments = std::move(*text);
  return text.take_error();
}

ErrorPtr take_arguments_beside(const ChunkedArgument& chunks, Prepared& call, const Json& arguments,
                               std::size_t max_depth) {
  if (!chunks.next) return make_error(ErrorCode::invalid_argument, "CallOptions::chunks needs a function `next`");
  if (!arguments.is_object() && !arguments.is_null()) return take_arguments(call, arguments, max_depth);
  Json all = arguments;
  if (all.contains(chunks.name)) {
    return make_error(ErrorCode::invalid_argument,
                      concat({path_to(chunks.name), " is given twice: as a value, and in chunks"}), chunks.name);
  }
  all[chunks.name] = nullptr;
  return take_arguments(call, all, max_depth);
}

}  // namespace utcp::ws::native
