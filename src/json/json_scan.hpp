// Owns scanning a JSON text without building a tree: one pass finds the few values that rules need, and validates the
// text. Must not know the rules.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/error.hpp>
#include <utcp_websocket/text.hpp>

#include "json_pointer.hpp"

namespace utcp::ws::json {

inline constexpr std::size_t kNoDepthLimit = static_cast<std::size_t>(-1);  ///< for what was read once with a limit

/// The values that a scan finds. Compile once, scan many texts.
class ScanPlan {
 public:
  ScanPlan() = default;
  explicit ScanPlan(std::vector<Pointer> pointers);

  [[nodiscard]] std::size_t size() const { return next_slots_.size(); }

 private:
  friend class Scanner;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  // Children and the pointers that end at a node are linked lists, by index.
  struct Node {
    std::string token;
    std::size_t first_child = kNone;
    std::size_t next_sibling = kNone;
    std::size_t first_slot = kNone;
  };
  // The child of a node that has this name, or is the array element of this index in digits (RFC 6901 section 4).
  [[nodiscard]] std::size_t child(std::size_t node, TextRef token) const;

  std::vector<Node> nodes_ = std::vector<Node>(1);
  std::vector<std::size_t> next_slots_;  // for each pointer the next that ends at the same node
};

/// The result of a scan: for each pointer of the plan, the raw JSON text of its value, if there is one.
struct ScanResult {
  bool valid = false;                    ///< the whole text is one JSON text (RFC 8259)
  bool too_deep = false;                 ///< not valid: the scan stopped where it nests deeper than the limit
  std::vector<std::string_view> values;  ///< of the scanned text; empty where there is none, or the text is not valid
};

/// One pass over `text`. Accepts what JavaScript's `JSON.parse` accepts; the host guarantees valid UTF-8.
/// Of duplicate member names the last one counts, as in `JSON.parse`.
[[nodiscard]] ScanResult scan(std::string_view text, const ScanPlan& plan, std::size_t max_depth);

}  // namespace utcp::ws::json
