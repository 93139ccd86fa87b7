#include "json_value.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <set>
#include <system_error>

#include <utcp_websocket/json_decimal.hpp>
#include <utcp_websocket/json_scanner.hpp>

namespace utcp::ws::json {
namespace {

// An integer where it is one and fits, else a double.
Json number_value(std::string_view raw) {
  const char* const end = raw.data() + raw.size();
  std::uint64_t natural = 0;
  std::int64_t integer = 0;
  if (const auto [stop, error] = std::from_chars(raw.data(), end, natural); stop == end && error == std::errc{}) {
    return natural;
  }
  if (const auto [stop, error] = std::from_chars(raw.data(), end, integer); stop == end && error == std::errc{}) {
    return integer;
  }
  double value = 0;
  if (std::from_chars(raw.data(), end, value).ec == std::errc::result_out_of_range) {
    const Decimal exact = decimal(raw);
    const bool is_large = static_cast<std::int64_t>(exact.digits.size()) + exact.exponent > 0;
    value = is_large ? std::numeric_limits<double>::infinity() : 0.0;
    if (exact.negative) value = -value;
  }
  return value;
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

}  // namespace

Result<Json> parse(std::string_view text, std::size_t max_depth) {
  DomBuilder builder;
  if (ErrorPtr error = read(text, max_depth, builder)) return std::move(*error);
  return builder.take();
}

std::string dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace utcp::ws::json
