// Fuzzes reading JSON: the scanner, documents and slices of texts, all against nlohmann's own parser.
#include <cmath>

#include <utcp_websocket/json_decimal.hpp>
#include <utcp_websocket/json_text.hpp>

#include "fuzz.hpp"

namespace utcp::ws::fuzz {
namespace {

constexpr std::size_t kMostPointers = 64;

std::size_t depth_of(const std::vector<Event>& events) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  for (const Event& event : events) {
    if (event.kind == Event::Kind::close) {
      --depth;
    } else if (event.kind == Event::Kind::open_object || event.kind == Event::Kind::open_array) {
      deepest = std::max(deepest, ++depth);
    }
  }
  return deepest;
}

// Pointers to the values of a document, and what stands there.
void collect(const nlohmann::json& value, json::Pointer& place, std::vector<json::Pointer>& pointers,
             std::vector<const nlohmann::json*>& values) {
  if (pointers.size() == kMostPointers || place.tokens.size() == kDefaultMaxJsonDepth) return;
  pointers.push_back(place);
  values.push_back(&value);
  if (!value.is_structured()) return;
  for (const auto& [name, item] : value.items()) {
    place.tokens.push_back(name);
    collect(item, place, pointers, values);
    place.tokens.pop_back();
  }
}

void check_values(std::string_view text, const nlohmann::json& document) {
  json::Pointer place;
  std::vector<json::Pointer> pointers;
  std::vector<const nlohmann::json*> values;
  collect(document, place, pointers, values);
  const json::ScanResult found = json::scan(text, json::ScanPlan(pointers), json::kNoDepthLimit);
  REQUIRE(found.valid && found.values.size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    REQUIRE(!found.values[i].empty());
    REQUIRE(nlohmann::json::parse(found.values[i]) == *values[i]);
    const std::string pointer = json::to_string(pointers[i]);
    REQUIRE(json::parse_pointer(pointer) == pointers[i]);
  }
}

void check_items(std::string_view root, const nlohmann::json& document) {
  const std::vector<std::string_view> elements = json::elements_of(root);
  REQUIRE(elements.size() == (document.is_array() ? document.size() : 0));
  for (std::size_t i = 0; i < elements.size(); ++i) REQUIRE(nlohmann::json::parse(elements[i]) == document[i]);

  const json::Members members = json::members_of(root);
  REQUIRE(members.size() == (document.is_object() ? document.size() : 0));
  for (const auto& [name, value] : members) {
    REQUIRE(document.contains(name));
    REQUIRE(nlohmann::json::parse(value) == document[name]);
  }
}

void check_number(std::string_view text) {
  const double number = std::strtod(std::string(text).c_str(), nullptr);
  REQUIRE(json::decimal(text).digits.empty() || json::decimal(text).negative == std::signbit(number));
  if (!has_few_digits(text)) return;
  const double magnitude = std::min(std::ceil(std::abs(number)), static_cast<double>(json::kMostScaled));
  const auto rounded = static_cast<std::int64_t>(magnitude);
  REQUIRE(json::scaled(text, 0) == (number < 0 ? -rounded : rounded));
}

void check_valid(std::string_view text, const Reading& reading) {
  const nlohmann::json document = nlohmann::json::parse(text);
  check_values(text, document);

  const std::string_view root = json::scan(text, json::ScanPlan({{}}), json::kNoDepthLimit).values[0];
  check_items(root, document);
  const std::string compact = json::compact(text);
  REQUIRE(read(compact).events == reading.events);
  REQUIRE(json::compact(compact) == compact);
  REQUIRE(json::same(root, compact));
  if (document.is_string()) {
    REQUIRE(json::text_of(root) == document.get_ref<const std::string&>());
    REQUIRE(nlohmann::json::parse(json::quote(json::text_of(root))) == document);
  }

  const std::size_t depth = depth_of(reading.events);
  const json::ScanPlan nothing;
  REQUIRE(json::scan(text, nothing, depth).valid);
  if (depth > 0) REQUIRE(json::scan(text, nothing, depth - 1).too_deep);
}

void check(std::string_view text) {
  const json::ScanResult scanned = json::scan(text, json::ScanPlan({{}}), json::kNoDepthLimit);
  const Result<json::Members> members = json::members(text, json::kNoDepthLimit);
  REQUIRE(!scanned.too_deep);
  REQUIRE(members.ok() == (scanned.valid && scanned.values[0].starts_with('{')));
  if (!members) REQUIRE(members.error().code == ErrorCode::invalid_json);
  if (scanned.valid) {
    const std::string_view root = scanned.values[0];
    (void)json::summary(root);
    if (json::is_number(root)) check_number(root);
  }
  if (const std::optional<json::Pointer> pointer = json::parse_pointer(text)) {
    REQUIRE(json::to_string(*pointer) == text);
  }

  const Reading reading = read(text);
  if (!is_comparable(text, reading)) return;
  REQUIRE(scanned.valid == reading.valid);
  if (scanned.valid) check_valid(text, reading);
}

}  // namespace
}  // namespace utcp::ws::fuzz

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  utcp::ws::fuzz::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
