#include "json.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>

#include "json_number.hpp"
#include "json_scanner.hpp"
#include "text.hpp"

namespace utcp::ws::json {
namespace {

// An integer where it is one and fits, else a double.
Json number_value(std::string_view raw) {
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

Json scalar_value(std::string_view raw) {
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

// Of members with one name the last counts, as in `JSON.parse`. A set, since comparing each name with all others would
// take a hostile object quadratic time.
void keep_last_of_each_name(Json::object_t& members) {
  std::set<std::string_view> names;
  std::vector<char> counts;
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    counts.push_back(names.insert(member->first).second ? 1 : 0);
  }
  if (names.size() == members.size()) return;
  Json::object_t kept;
  for (auto& [name, value] : members) {
    if (counts.back() != 0) kept.emplace_back(name, std::move(value));
    counts.pop_back();
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

// The fewest digits that give `value` back, as nlohmann/json prints them; `null` where JSON has no number for it.
void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  std::array<char, 64> buffer{};
  char* const end = nlohmann::detail::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out.append(buffer.data(), end);
}

void append_value(std::string& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::object: {
      std::string_view separator = "{";
      for (const auto& [name, member] : *value.get_ptr<const Json::object_t*>()) {
        out += separator;
        out += quote(name);
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
      out += quote(*value.get_ptr<const std::string*>());
      break;
    case Json::value_t::boolean:
      out += *value.get_ptr<const bool*>() ? "true" : "false";
      break;
    case Json::value_t::number_unsigned:
      out += to_text(*value.get_ptr<const Json::number_unsigned_t*>());
      break;
    case Json::value_t::number_integer:
      out += to_text(*value.get_ptr<const Json::number_integer_t*>());
      break;
    case Json::value_t::number_float:
      append_double(out, *value.get_ptr<const Json::number_float_t*>());
      break;
    default:
      out += "null";
  }
}

}  // namespace

Result<Json> parse(std::string_view text, std::size_t max_depth) {
  Result<Json> result;
  DomBuilder builder;
  result.fail(read(text, max_depth, builder));
  result.value() = builder.take();
  return result;
}

std::string dump(const Json& value) {
  std::string out;
  append_value(out, value);
  return out;
}

}  // namespace utcp::ws::json
