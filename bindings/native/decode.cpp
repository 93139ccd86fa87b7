#include "decode.hpp"

#include <utility>

#include <utcp_websocket/encoding.hpp>
#include <utcp_websocket/json_scan.hpp>
#include <utcp_websocket/json_text.hpp>

#include "json_value.hpp"

namespace utcp::ws::native {
namespace {

Json bytes_of(std::string_view content) {
  return Json::binary(Json::binary_t::container_type(content.begin(), content.end()));
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
    case Decoding::base64:
      return Json(base64(content));
    case Decoding::json_member:
      text = slice_at(content, plan.path, plan.max_depth);
      break;
    case Decoding::instead:
      text = plan.path;
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

}  // namespace utcp::ws::native
