// Owns concatenating texts. One function for all messages: each `+` between strings would be inlined code.
// Must not know what the texts say.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace utcp::ws {

/// A text as a parameter. Of a `std::string` it stores only the address: getting the data of a string takes
/// forty bytes of code, which the reader of the text has once, not each of its many callers.
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

/// Whether two texts are equal except for the case of ASCII letters, like header names (RFC 9110 section 5.1).
[[nodiscard]] bool same_but_case(TextRef left, TextRef right);

/// In decimal digits.
[[nodiscard]] std::string to_text(std::uint64_t magnitude, bool negative);

template <std::integral T>
[[nodiscard]] std::string to_text(T number) {
  const auto bits = static_cast<std::uint64_t>(number);  // two's complement
  return number < T{0} ? to_text(0 - bits, true) : to_text(bits, false);
}

}  // namespace utcp::ws
