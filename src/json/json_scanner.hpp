// Owns the one grammar of JSON (RFC 8259) for all parsing here: scans, member lists and documents. For the
// json files only. Must not know what is built from it.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "json_scan.hpp"

namespace utcp::ws::json {

/// Receives every token that counts, in order. Views are into the text.
class ScanListener {
 public:
  virtual void open(bool is_object) = 0;
  virtual void name(std::string_view literal) = 0;  ///< with its quotes and escapes
  virtual void scalar(std::string_view raw) = 0;    ///< a string, number, true, false or null
  virtual void close(std::string_view raw) = 0;     ///< the whole array or object

 protected:
  ~ScanListener() = default;
};

/// Parses the whole of `text`. Fails with `invalid_json`; the error does not quote the text, which may contain secrets.
[[nodiscard]] ErrorPtr read(std::string_view text, std::size_t max_depth, ScanListener& listener);

/// Reads one text once. A loop instead of recursion: the depth of the text costs heap, not the small stack that wasm
/// has.
class Scanner {
 public:
  Scanner(std::string_view text, const ScanPlan& plan, std::size_t max_depth, ScanListener* listener);
  [[nodiscard]] ScanResult run();
  /// Where the scan stopped, which after an error is the first byte that did not fit.
  [[nodiscard]] std::size_t position() const { return static_cast<std::size_t>(at_ - start_); }

 private:
  static constexpr std::size_t kNoNode = ScanPlan::kNone;

  // An array or object that is still open.
  struct Level {
    const char* start;
    std::size_t node;   // where in the plan its members are looked up; kNoNode: nothing in it is looked for
    std::size_t index;  // of the array element being scanned
    bool is_object;
  };

  bool document();
  bool enter_item(std::size_t& node);
  bool leave(std::size_t& node);

  [[nodiscard]] std::size_t first_child(std::size_t node) const {
    return node != kNoNode ? plan_.nodes_[node].first_child : kNoNode;
  }
  [[nodiscard]] std::size_t element_node(const Level& level) const;
  [[nodiscard]] std::size_t member_node(const Level& level, std::string_view literal) const;
  void forget(std::size_t node);
  void keep(std::size_t node, std::string_view value);

  bool scalar();
  bool literal(std::string_view word);
  bool number();
  bool digits();
  bool string();
  bool escape();
  void skip_blanks();

  // NUL at the end of the text: no rule of JSON accepts it.
  [[nodiscard]] char peek() const { return at_ != end_ ? *at_ : '\0'; }
  [[nodiscard]] std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }
  [[nodiscard]] char closing_bracket() const { return levels_.back().is_object ? '}' : ']'; }
  [[nodiscard]] std::string_view since(const char* start) const {
    return {start, static_cast<std::size_t>(at_ - start)};
  }

  const char* start_;
  const char* at_;
  const char* end_;
  const ScanPlan& plan_;
  std::size_t max_depth_;
  ScanListener* listener_;
  std::vector<Level> levels_;
  ScanResult result_;
};

}  // namespace utcp::ws::json
