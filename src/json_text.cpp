#include "json_text.hpp"

#include <algorithm>
#include <cstdint>
#include <set>

#include "json_decimal.hpp"
#include "json_scanner.hpp"
#include "text.hpp"

namespace utcp::ws::json {
namespace {

// The members or elements of the outermost object or array.
class ItemList final : public ScanListener {
 public:
  void open(bool is_object) override {
    if (depth_++ == 0) in_array_ = !is_object;
  }
  void name(std::string_view literal) override {
    if (depth_ == 1) items.emplace_back().first = text_of(literal);
  }
  void scalar(std::string_view raw) override { value(raw); }
  void close(std::string_view raw) override {
    --depth_;
    value(raw);
  }

  Members items;

 private:
  void value(std::string_view raw) {
    if (depth_ != 1) return;
    if (in_array_) items.emplace_back();
    items.back().second = raw;
  }

  std::size_t depth_ = 0;
  bool in_array_ = false;
};

// Of members with one name the last counts, as in `JSON.parse`. A set, since comparing each name with all others would
// take a hostile object quadratic time.
void keep_last_of_each_name(Members& members) {
  std::set<std::string_view> names;
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    if (!names.insert(member->first).second) member->second = {};
  }
  if (names.size() == members.size()) return;
  names.clear();  // its views end here
  std::erase_if(members, [](const Member& member) { return member.second.empty(); });
}

ErrorPtr read_items(std::string_view text, std::size_t max_depth, Members& items) {
  ItemList list;
  if (ErrorPtr error = read(text, max_depth, list)) return error;
  items = std::move(list.items);
  return nullptr;
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

ErrorPtr read(std::string_view text, std::size_t max_depth, ScanListener& listener) {
  const ScanPlan nothing;
  Scanner scanner(text, nothing, max_depth, &listener);
  const ScanResult result = scanner.run();
  if (result.valid) return nullptr;
  std::string message = "not valid JSON: it ends too early";
  if (result.too_deep) {
    message = concat({"JSON nests deeper than ", to_text(max_depth), " levels"});
  } else if (scanner.position() != text.size()) {
    message = concat({"not valid JSON: wrong at byte ", to_text(scanner.position())});
  }
  return make_error(ErrorCode::invalid_json, std::move(message));
}

Result<Members> members(std::string_view object, std::size_t max_depth) {
  Result<Members> result;
  ErrorPtr error = read_items(object, max_depth, result.value());
  object.remove_prefix(std::min(object.find_first_not_of(" \t\r\n"), object.size()));
  if (error == nullptr && !object.starts_with('{')) {
    error = make_error(ErrorCode::invalid_json, concat({"it must be an object; got ", type_summary(object)}));
  }
  keep_last_of_each_name(result.value());
  result.fail(std::move(error));
  return result;
}

Members members_of(std::string_view valid_object) {
  if (!valid_object.starts_with('{')) return {};
  return std::move(members(valid_object, kNoDepthLimit)).value();
}

std::vector<std::string_view> elements_of(std::string_view valid_array) {
  std::vector<std::string_view> elements;
  Members items;
  if (valid_array.starts_with('[') && read_items(valid_array, kNoDepthLimit, items) == nullptr) {
    for (const Member& item : items) elements.push_back(item.second);
  }
  return elements;
}

std::string_view find(const Members& members, const char* name) {
  for (const Member& member : members) {
    if (member.first == name) return member.second;
  }
  return {};
}

void append_member(std::string& object, TextRef name, TextRef value) {
  append(object, {object.empty() ? "{" : ",", quote(name), ":", value});
}

std::string_view type_summary(std::string_view json_value) {
  switch (json_value.front()) {
    case '{':
      return "an object";
    case '[':
      return "an array";
    case '"':
      return "a string";
    case 't':
    case 'f':
      return "a boolean";
    case 'n':
      return "null";
    default:
      return "a number";
  }
}

std::string summary(std::string_view json_value) {
  constexpr std::size_t kLongestShown = 40;
  if (is_string(json_value)) {
    const std::string text = text_of(json_value);
    if (text.size() > kLongestShown) return concat({"a string of ", to_text(text.size()), " bytes"});
    return quote(text);
  }
  const bool shown = json_value.front() != '{' && json_value.front() != '[' && json_value.size() <= kLongestShown;
  return std::string(shown ? json_value : type_summary(json_value));
}

std::string quote(TextRef text) {
  std::string literal = "\"";
  append_escaped(literal, text);
  literal += '"';
  return literal;
}

void append_escaped(std::string& out, TextRef unescaped) {
  const std::string_view text = unescaped.view();
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
    if (c == '\\' && i + 1 < text.size()) {
      out += c;
      out += text[++i];  // so that an escaped quote does not end the string
    } else if (in_string || !(c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
      out += c;
    }
  }
  return out;
}

bool same(std::string_view left, std::string_view right) {
  if (is_number(left) && is_number(right)) return decimal(left) == decimal(right);
  if (is_string(left) && is_string(right)) return text_of(left) == text_of(right);
  return compact(left) == compact(right);
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
