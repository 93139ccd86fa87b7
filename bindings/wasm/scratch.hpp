// Owns the memory into which a received text is encoded when the core needs its content, and the frame that requests
// it. Must not know what the core looks for.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include <utcp_websocket/call.hpp>

namespace utcp::ws {

class Scratch {
 public:
  /// The frame being handled, in UTF-8. `code_units`: its length in JavaScript.
  [[nodiscard]] std::string_view load(std::size_t code_units);
  /// Frees memory that only a large frame needed.
  void shrink();

 private:
  void reserve(std::size_t capacity, std::size_t keep);

  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
};

/// A frame whose payload is in JavaScript.
class JsFrame final : public Frame {
 public:
  JsFrame(bool is_text, std::size_t size, Scratch& scratch) : Frame(is_text, size), scratch_(scratch) {}
  [[nodiscard]] std::string_view text() const override;
  [[nodiscard]] bool may_be_wrapped() const override;

 private:
  Scratch& scratch_;
  mutable std::string_view text_;
  mutable bool loaded_ = false;
};

}  // namespace utcp::ws
