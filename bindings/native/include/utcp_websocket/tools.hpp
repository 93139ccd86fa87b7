// Owns manuals and tools as values of the native client. Must not know how a manual is requested.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace utcp::ws {

/// Any JSON value; keeps the order of members. A binary frame is `Json::binary`.
using Json = nlohmann::ordered_json;

/// A tool as its manual describes it.
struct Tool {
  std::string name;               ///< within the manual; a call wants `manual.tool`
  std::string description;        ///< what it does, in words for a model
  Json inputs;                    ///< JSON Schema of the arguments
  Json outputs;                   ///< JSON Schema of the result
  std::vector<std::string> tags;  ///< words to find it by
  std::optional<std::size_t> average_response_size;
  Json call_template;  ///< how to call it, over whatever protocol
};

/// What a provider says about itself.
struct Manual {
  std::string utcp_version;    ///< the version of UTCP that the manual is written in
  std::string manual_version;  ///< the manual's own version
  std::vector<Tool> tools;
  std::vector<std::string> left_out;  ///< a sentence for each tool that was left out
  Json json;                          ///< all of it, in the SDK's shape

  /// The first tool of that name, null where there is none.
  [[nodiscard]] const Tool* find(std::string_view name) const;
};

}  // namespace utcp::ws
