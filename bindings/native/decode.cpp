#include "decode.hpp"

#include <utility>

#include <utcp_websocket/json_scan.hpp>
#include <utcp_websocket/json_text.hpp>

#include "json_value.hpp"

namespace utcp::ws::native {
namespace {

constexpr std::size_t kLongestSaid = 500;

Json bytes_of(std::string_view content) {
  return Json::binary(Json::binary_t::container_type(content.begin(), content.end()));
}

// Cut off between two characters.
std::string_view start_of(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return text.substr(0, most);
}

}  // namespace

std::string_view slice_at(std::string_view content, std::string_view path, std::size_t max_depth) {
  const std::optional<json::Pointer> pointer = json::parse_pointer(path);
  if (!pointer) return "null";
  const json::ScanResult found = json::scan(content, json::ScanPlan({*pointer}), max_depth);
  return found.values.empty() || found.values.front().empty() ? "null" : found.values.front();
}

Json decode(std::string_view content, const DecodingPlan& plan, bool& not_json) {
  std::string_view text = content;
  switch (plan.decoding) {
    case Decoding::text:
      return Json(std::string(content));
    case Decoding::bytes:
      return bytes_of(content);
    case Decoding::json_member:
      text = slice_at(content, plan.path, plan.max_depth);
      break;
    default:
      break;
  }
  if (plan.as_text) return Json(std::string(text));
  Result<Json> parsed = json::parse(text, plan.max_depth);
  if (parsed) return std::move(*parsed);
  not_json = true;
  return Json(std::string(content));
}

std::string said_by(std::string_view detail) {
  std::string said(detail);
  if (json::is_string(detail)) {
    said = json::text_of(detail);
  } else if (detail.starts_with('{')) {
    const std::string_view message = json::find(json::members_of(detail), "message");
    said = message.empty() || message == "null" ? json::compact(detail)
           : json::is_string(message)           ? json::text_of(message)
                                                : json::compact(message);
  } else {
    said = json::compact(detail);
  }
  return std::string(start_of(said, kLongestSaid));
}

}  // namespace utcp::ws::native
