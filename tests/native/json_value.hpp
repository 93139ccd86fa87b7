// Owns the tests' independent reading of JSON: nlohmann's parser, which nothing that ships uses.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace utcp::ws {

/// Keeps the order of members.
using Json = nlohmann::ordered_json;

/// A discarded value where `text` is not JSON.
inline Json parse_json(std::string_view text) { return Json::parse(text, nullptr, false); }

}  // namespace utcp::ws
