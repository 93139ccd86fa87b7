#include "json.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "json_number.hpp"
#include "json_scanner.hpp"

namespace utcp::ws::json {
namespace {

// Of members with one name the last counts, as in `JSON.parse`. In an object of many members the names are sorted,
// since comparing each with all others would take a hostile object quadratic time.
template <class Members>
void keep_last_of_each_name(Members& members) {
  std::vector<std::pair<std::string_view, std::size_t>> names;
  names.reserve(members.size());
  for (const auto& [name, value] : members) names.emplace_back(name, names.size());
  std::sort(names.begin(), names.end());
  std::vector<char> comes_again(names.size(), 0);
  bool any = false;
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (names[i - 1].first != names[i].first) continue;
    comes_again[names[i - 1].second] = 1;
    any = true;
  }
  if (!any) return;
  Members kept;
  auto member = members.begin();
  for (const char dropped : comes_again) {
    if (dropped == 0) kept.emplace_back(member->first, std::move(member->second));
    ++member;
  }
  members = std::move(kept);
}

// Builds a document from what the scanner reads. `Json::parse` is not used: it has no limit of depth, compares every
// name of an object with all before it, and would link a second grammar with strtod and snprintf.
class DomBuilder final : public ScanListener {
 public:
  void open(bool is_object) override { open_.push_back(place(is_object ? Json::object() : Json::array())); }
  void name(std::string_view literal) override { name_ = text_of(literal); }
  void scalar(std::string_view raw) override { place(scalar_value(raw)); }
  void close(std::string_view /*raw*/) override {
    if (auto* object = open_.back()->get_ptr<Json::object_t*>()) keep_last_of_each_name(*object);
    open_.pop_back();
  }

  Json take() { return std::move(root_); }

 private:
  static Json scalar_value(std::string_view raw) {
    switch (raw.front()) {
      case '"':
        return text_of(raw);
      case 't':
        return true;
      case 'f':
        return false;
      case 'n':
        return nullptr;
      default:
        return number_value(raw);
    }
  }

  // An integer where it is one and fits, else a double.
  static Json number_value(std::string_view raw) {
    const bool negative = raw.front() == '-';
    const std::uint64_t limit = negative ? std::uint64_t{1} << 63 : std::numeric_limits<std::uint64_t>::max();
    std::uint64_t value = 0;
    for (const char c : raw.substr(negative ? 1 : 0)) {
      const auto digit = static_cast<std::uint64_t>(c - '0');  // huge for any other character
      if (digit > 9 || value > (limit - digit) / 10) return detail::to_double(raw);
      value = value * 10 + digit;
    }
    if (!negative) return value;
    return static_cast<std::int64_t>(0 - value);
  }

  // The pointers in `open_` stay valid: only the innermost container grows.
  Json* place(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (auto* array = open_.back()->get_ptr<Json::array_t*>()) {
      array->push_back(std::move(value));
      return &array->back();
    }
    auto* object = open_.back()->get_ptr<Json::object_t*>();
    object->emplace_back(std::move(name_), std::move(value));
    return &object->back().second;
  }

  Json root_;
  std::vector<Json*> open_;
  std::string name_;
};

// The members of the outermost object.
class MemberList final : public ScanListener {
 public:
  void open(bool object) override {
    if (depth_++ == 0) is_object = object;
  }
  void name(std::string_view literal) override {
    if (depth_ == 1) members.emplace_back(text_of(literal), std::string_view());
  }
  void scalar(std::string_view raw) override { value(raw); }
  void close(std::string_view raw) override {
    --depth_;
    value(raw);
  }

  std::vector<std::pair<std::string, std::string_view>> members;
  bool is_object = false;

 private:
  void value(std::string_view raw) {
    if (depth_ == 1 && !members.empty()) members.back().second = raw;
  }

  std::size_t depth_ = 0;
};

// Reads the whole text. Errors do not quote it: it may hold secrets.
std::optional<Error> read(std::string_view text, std::size_t max_depth, ScanListener& listener) {
  const ScanPlan nothing;
  Scanner scanner(text, nothing, max_depth, &listener);
  const ScanResult result = scanner.run();
  if (result.valid) return std::nullopt;
  if (result.too_deep) {
    return Error{ErrorCode::invalid_json, "JSON nests deeper than " + std::to_string(max_depth) + " levels"};
  }
  if (scanner.position() == text.size()) return Error{ErrorCode::invalid_json, "not valid JSON: it ends too early"};
  return Error{ErrorCode::invalid_json, "not valid JSON: wrong at byte " + std::to_string(scanner.position())};
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

void append_value(std::string& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::object: {
      std::string_view separator = "{";
      for (const auto& [name, member] : *value.get_ptr<const Json::object_t*>()) {
        out += separator;
        append_quoted(out, name);
        out += ':';
        append_value(out, member);
        separator = ",";
      }
      out += value.empty() ? "{}" : "}";
      break;
    }
    case Json::value_t::array: {
      std::string_view separator = "[";
      for (const Json& element : *value.get_ptr<const Json::array_t*>()) {
        out += separator;
        append_value(out, element);
        separator = ",";
      }
      out += value.empty() ? "[]" : "]";
      break;
    }
    case Json::value_t::string:
      append_quoted(out, *value.get_ptr<const std::string*>());
      break;
    case Json::value_t::boolean:
      out += *value.get_ptr<const bool*>() ? "true" : "false";
      break;
    case Json::value_t::number_unsigned:
      out += std::to_string(*value.get_ptr<const Json::number_unsigned_t*>());
      break;
    case Json::value_t::number_integer:
      out += std::to_string(*value.get_ptr<const Json::number_integer_t*>());
      break;
    case Json::value_t::number_float:
      detail::append_double(out, *value.get_ptr<const Json::number_float_t*>());
      break;
    default:
      out += "null";
  }
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

// The code unit that four hex digits at `position` stand for; 0xFFFD (replacement character) where there are not four.
std::uint32_t hex_code_unit(std::string_view text, std::size_t position) {
  std::uint32_t unit = 0;
  for (std::size_t i = position; i < position + 4; ++i) {
    if (i >= text.size()) return 0xFFFD;
    const char c = text[i];
    if (c >= '0' && c <= '9') {
      unit = unit * 16 + static_cast<std::uint32_t>(c - '0');
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      unit = unit * 16 + static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
    } else {
      return 0xFFFD;
    }
  }
  return unit;
}

}  // namespace

Result<Json> parse(std::string_view text, std::size_t max_depth) {
  DomBuilder builder;
  if (auto error = read(text, max_depth, builder)) return *std::move(error);
  return builder.take();
}

Result<std::vector<std::pair<std::string, std::string_view>>> members(std::string_view object, std::size_t max_depth) {
  MemberList list;
  if (auto error = read(object, max_depth, list)) return *std::move(error);
  if (!list.is_object) return Error{ErrorCode::invalid_json, "not a JSON object"};
  keep_last_of_each_name(list.members);
  return std::move(list.members);
}

std::string dump(const Json& value) {
  std::string out;
  append_value(out, value);
  return out;
}

std::string summary(const Json& value) {
  constexpr std::size_t kLongestShown = 40;
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  const auto* text = value.get_ptr<const std::string*>();
  if (text != nullptr && text->size() > kLongestShown) return "a string of " + std::to_string(text->size()) + " bytes";
  return dump(value);
}

std::string_view type_summary(const Json& value) {
  switch (value.type()) {
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "an array";
    case Json::value_t::string:
      return "a string";
    case Json::value_t::boolean:
      return "a boolean";
    case Json::value_t::null:
      return "null";
    default:
      return "a number";
  }
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out += text.substr(copied, i - copied);
    copied = i + 1;
    out += '\\';
    switch (byte) {
      case '"':
      case '\\':
        out += text[i];
        break;
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out += "u00";
        out += kHex[byte >> 4];
        out += kHex[byte & 0xF];
    }
  }
  out += text.substr(copied);
}

std::string compact(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\' && i + 1 < text.size()) {
      out += c;
      out += text[++i];  // so that an escaped quote does not end the string
    } else if (in_string || !(c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
      out += c;
    }
  }
  return out;
}

std::string text_of(std::string_view json_value) {
  if (json_value.size() < 2 || json_value.front() != '"') return std::string(json_value);
  const std::string_view text = json_value.substr(1, json_value.size() - 2);
  std::string out;
  out.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t escape = std::min(text.find('\\', i), text.size());
    out += text.substr(i, escape - i);
    if (escape + 1 >= text.size()) break;
    const char kind = text[escape + 1];
    i = escape + 2;
    switch (kind) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u': {
        std::uint32_t code_point = hex_code_unit(text, i);
        i = std::min(i + 4, text.size());
        if (code_point >= 0xD800 && code_point < 0xDC00 && text.substr(i).starts_with("\\u")) {
          const std::uint32_t low = hex_code_unit(text, i + 2);
          if (low >= 0xDC00 && low < 0xE000) {
            code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00);
            i = std::min(i + 6, text.size());
          }
        }
        // A lone surrogate has no UTF-8 form; the replacement character is what TextEncoder puts there too.
        const bool lone_surrogate = code_point >= 0xD800 && code_point < 0xE000;
        append_utf8(out, lone_surrogate ? 0xFFFD : code_point);
        break;
      }
      default:
        out += kind;  // quote, backslash, slash
    }
  }
  return out;
}

}  // namespace utcp::ws::json
