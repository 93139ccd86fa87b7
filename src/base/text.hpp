// Owns putting texts together. One function for all messages: each `+` between strings is inlined code of its own.
// Must not know what the texts say.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace utcp::ws {

/// A text as a parameter. Of a `std::string` it holds the address only: finding out where a string keeps its text takes
/// forty bytes of code, and so it is done by who reads the text, not at each of many calls.
class TextRef {
 public:
  TextRef(const char* text) : TextRef(std::string_view(text)) {}
  TextRef(std::string_view text) : text_(text.data()), size_(text.size()) {}
  TextRef(const std::string& text) : text_(&text), size_(kString) {}
  [[nodiscard]] std::string_view view() const {
    if (size_ == kString) return *static_cast<const std::string*>(text_);
    return {static_cast<const char*>(text_), size_};
  }

 private:
  static constexpr std::size_t kString = static_cast<std::size_t>(-1);
  const void* text_;
  std::size_t size_;
};

[[nodiscard]] std::string concat(std::initializer_list<TextRef> parts);

/// The same at the end of `out`.
void append(std::string& out, std::initializer_list<TextRef> parts);

/// Whether two texts are the same but for the case of ASCII letters, as names of headers are (RFC 9110 section 5.1).
[[nodiscard]] bool same_but_case(TextRef left, TextRef right);

/// In decimal digits.
[[nodiscard]] std::string to_text(std::uint64_t magnitude, bool negative);

template <std::integral T>
[[nodiscard]] std::string to_text(T number) {
  const auto bits = static_cast<std::uint64_t>(number);  // two's complement
  return number < T{0} ? to_text(0 - bits, true) : to_text(bits, false);
}

}  // namespace utcp::ws
