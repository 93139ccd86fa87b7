#include "terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <vector>

#include <utcp_websocket/encoding.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws::program {
namespace {

std::string hex(unsigned value, int digits) {
  std::string text;
  for (int i = digits - 1; i >= 0; --i) text += "0123456789abcdef"[(value >> (4U * static_cast<unsigned>(i))) & 15U];
  return text;
}

/// As JavaScript writes it (ECMA-262, Number::toString): the fewest digits that mean this number, and zeros around
/// them.
std::string number_text(double value) {
  if (!std::isfinite(value)) return "null";
  if (value == 0) return "0";
  std::array<char, 32> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), std::abs(value), std::chars_format::scientific);
  const std::string_view shortest(text.data(), static_cast<std::size_t>(end - text.data()));  // d.ddde+xx
  const std::size_t e = shortest.find('e');
  const int point = std::atoi(shortest.data() + e + 1) + 1;  // where it stands, counted from the first digit
  std::string digits(shortest.substr(0, std::min<std::size_t>(e, 1)));
  if (e > 1) digits += shortest.substr(2, e - 2);
  const int count = static_cast<int>(digits.size());
  if (point > 21 || point <= -6) {
    if (count > 1) digits.insert(1, ".");
    append(digits, {point > 0 ? "e+" : "e", to_text(point - 1)});
  } else if (point <= 0) {
    digits.insert(0, "0." + std::string(static_cast<std::size_t>(-point), '0'));
  } else if (count > point) {
    digits.insert(static_cast<std::size_t>(point), ".");
  } else {
    digits.append(static_cast<std::size_t>(point - count), '0');
  }
  return value < 0 ? "-" + digits : digits;
}

std::string string_text(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Writes JSON, with line breaks and colours where there is a painter.
class Writer {
 public:
  explicit Writer(const Painter* paint) : paint_(paint) {}

  void write(const Json& value, std::size_t depth = 0) {
    if (value.is_object()) {
      list('{', '}', value, depth, [&](const auto& member) {
        out += painted(Style::blue, string_text(member.key()));
        out += paint_ == nullptr ? ":" : ": ";
        write(member.value(), depth + 1);
      });
    } else if (value.is_array()) {
      list('[', ']', value, depth, [&](const auto& item) { write(item.value(), depth + 1); });
    } else if (value.is_binary() && paint_ == nullptr) {
      write({{"binary", base64(bytes_of(value))}});
    } else if (value.is_binary()) {
      out += painted(Style::green, string_text(summary(bytes_of(value))));
    } else if (value.is_string()) {
      out += painted(Style::green, string_text(value.get_ref<const std::string&>()));
    } else {
      out += painted(Style::yellow, value.is_number_float() ? number_text(value.get<double>()) : value.dump());
    }
  }

  std::string out;

 private:
  template <class Item>
  void list(char open, char close, const Json& values, std::size_t depth, Item item) {
    out += open;
    const auto new_line = [&](std::size_t indent) {
      if (paint_ != nullptr) out += "\n" + std::string(2 * indent, ' ');
    };
    bool is_first = true;
    for (const auto& one : values.items()) {
      if (!is_first) out += ',';
      is_first = false;
      new_line(depth + 1);
      item(one);
    }
    if (!is_first) new_line(depth);
    out += close;
  }

  [[nodiscard]] std::string painted(Style style, const std::string& text) const {
    return paint_ == nullptr ? text : (*paint_)(style, harmless(text));
  }

  const Painter* paint_;
};

/// As JavaScript joins an array: texts without quotes, null as nothing.
std::string joined(const Json& values, std::string_view between) {
  std::string text;
  bool is_first = true;
  for (const Json& value : values) {
    if (!is_first) text += between;
    is_first = false;
    if (value.is_string()) {
      text += value.get_ref<const std::string&>();
    } else if (!value.is_null()) {
      text += json_line(value);
    }
  }
  return text;
}

/// Characters of UTF-8, for columns.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Json member(const Json& object, const char* name) {
  return object.is_object() && object.contains(name) ? object[name] : Json();
}

std::string parameters(const Json& inputs, const Painter& paint) {
  const Json properties = member(inputs, "properties");
  if (!properties.is_object()) return {};
  const Json required = member(inputs, "required");
  std::size_t width = 0;
  for (const auto& [name, schema] : properties.items()) width = std::max(width, width_of(harmless(name)));
  std::string lines;
  for (const auto& [name, schema] : properties.items()) {
    const Json type = member(schema, "type");
    std::string facts = type.is_array()  ? joined(type, " or ")
                        : type.is_null() ? "any"
                                         : joined(Json::array({type}), "");
    if (const Json values = member(schema, "enum"); values.is_array())
      append(facts, {", one of ", joined(values, ", ")});
    if (required.is_array() && std::ranges::find(required, Json(name)) != required.end()) facts += ", required";
    if (schema.is_object() && schema.contains("default")) append(facts, {", default ", json_line(schema["default"])});
    const Json description = member(schema, "description");
    const std::string shown = harmless(name);
    append(lines, {"\n    ", paint(Style::green, shown + std::string(width - width_of(shown), ' ')), "  ",
                   paint(Style::dim, harmless(facts))});
    if (description.is_string()) append(lines, {"  ", harmless(description.get_ref<const std::string&>())});
  }
  return lines;
}

std::string indented(const std::string& text) {
  std::string lines;
  for (const char c : text) lines += c == '\n' ? std::string("\n  ") : std::string(1, c);
  return lines;
}

}  // namespace

Painter::Painter(int file) {
  const char* const no_color = std::getenv("NO_COLOR");  // empty: as if it were not set (no-color.org)
  const char* const terminal = std::getenv("TERM");
  const bool is_unwanted = no_color != nullptr && *no_color != '\0';
  paints_ = isatty(file) == 1 && !is_unwanted && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

std::string Painter::operator()(Style style, std::string_view text) const {
  if (!paints_) return std::string(text);
  return concat({"\x1b[", to_text(static_cast<int>(style)), "m", text, "\x1b[0m"});
}

std::string harmless(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto at = [&](std::size_t offset) {
      return i + offset < text.size() ? static_cast<unsigned char>(text[i + offset]) : 0U;
    };
    const unsigned byte = at(0);
    unsigned hidden = 0;  // the code point, where it is one of those
    if ((byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7F) {
      hidden = byte;
    } else if (byte == 0xC2 && at(1) >= 0x80 && at(1) <= 0x9F) {
      hidden = at(1);
    } else if (byte == 0xE2 && ((at(1) == 0x80 && at(2) >= 0xAA && at(2) <= 0xAE) ||
                                (at(1) == 0x81 && at(2) >= 0xA6 && at(2) <= 0xA9))) {
      hidden = 0x2000U + ((at(1) & 0x3FU) << 6U) + (at(2) & 0x3FU);
    } else {
      shown += text[i];
      continue;
    }
    i += hidden > 0xFF ? 2 : hidden > 0x7F ? 1 : 0;
    if (hidden != '\r') append(shown, {"\\u", hex(hidden, 4)});
  }
  return shown;
}

std::string_view bytes_of(const Json& binary) {
  const auto& bytes = binary.get_binary();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string summary(std::string_view bytes) {
  std::string text = grouped(bytes.size()) + " bytes, binary:";
  for (const char c : bytes.substr(0, 8)) append(text, {" ", hex(static_cast<unsigned char>(c), 2)});
  return bytes.size() > 8 ? text + " …" : text;
}

std::string grouped(std::uint64_t number) {
  std::string text = to_text(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string json_line(const Json& value) {
  Writer writer(nullptr);
  writer.write(value);
  return writer.out;
}

std::string readable(const Json& value, const Painter& paint) {
  if (value.is_string()) return harmless(value.get_ref<const std::string&>());
  if (value.is_binary()) return paint(Style::dim, summary(bytes_of(value)));
  Writer writer(&paint);
  writer.write(value);
  return writer.out;
}

std::string tool_list(const Manual& manual, const Painter& paint) {
  std::string list;
  for (const Tool& tool : manual.tools) {
    append(list, {list.empty() ? "" : "\n\n", paint(Style::bold, harmless(tool.name))});
    if (!tool.tags.empty()) append(list, {"  ", paint(Style::dim, harmless(joined(Json(tool.tags), ", ")))});
    if (!tool.description.empty()) append(list, {"\n  ", indented(harmless(tool.description))});
    list += parameters(tool.inputs, paint);
  }
  return list;
}

std::string recipe_list(const std::vector<Recipe>& recipes, const Painter& paint) {
  std::size_t width = 0;
  for (const Recipe& recipe : recipes) width = std::max(width, recipe.name.size());
  std::string list;
  for (const Recipe& recipe : recipes) {
    const std::string space(width - recipe.name.size() + 2, ' ');
    const std::string url = recipe.call_template.value("url", "");
    append(list, {list.empty() ? "" : "\n", paint(Style::bold, recipe.name), space, recipe.title, "  ",
                  paint(Style::dim, url)});
  }
  return list;
}

}  // namespace utcp::ws::program
