// Owns putting texts together. One function for all messages: each `+` between strings is inlined code of its own.
// Must not know what the texts say.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace utcp::ws {

/// A view that is made in place, by one call; `std::string_view` of a `std::string` is returned and copied.
class Part {
 public:
  Part(const char* text) : view_(text) {}
  Part(const std::string& text) : view_(text) {}
  Part(std::string_view text) : view_(text) {}
  [[nodiscard]] std::string_view view() const { return view_; }

 private:
  std::string_view view_;
};

[[nodiscard]] std::string concat(std::initializer_list<Part> parts);

/// The same at the end of `out`.
void append(std::string& out, std::initializer_list<Part> parts);

/// In decimal digits.
[[nodiscard]] std::string to_text(std::uint64_t magnitude, bool negative);

template <std::integral T>
[[nodiscard]] std::string to_text(T number) {
  const auto bits = static_cast<std::uint64_t>(number);  // two's complement
  return number < T{0} ? to_text(0 - bits, true) : to_text(bits, false);
}

}  // namespace utcp::ws
