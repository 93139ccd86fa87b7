// Owns what the fuzz targets share: invariants that end the process when they do not hold, input in parts, and how
// another parser (nlohmann's own, which the core does not use) reads a JSON text.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/call.hpp>

/// Ends the process, so that libFuzzer keeps the input, when something that must hold does not.
#define REQUIRE(...) ((__VA_ARGS__) ? void() : utcp::ws::fuzz::fail(#__VA_ARGS__, __FILE__, __LINE__))

namespace utcp::ws::fuzz {

[[noreturn]] inline void fail(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: this must hold and does not: %s\n", file, line, condition);
  std::abort();
}

/// A copy without a byte to spare, so that AddressSanitizer sees reading past its end.
class Part {
 public:
  explicit Part(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
    if (!text.empty()) std::memcpy(bytes_.get(), text.data(), text.size());
  }
  [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

/// Cuts an input at its first `count - 1` NUL bytes, which no JSON text holds. Missing parts are empty.
inline std::vector<Part> parts(std::string_view input, std::size_t count) {
  std::vector<Part> cut;
  while (cut.size() + 1 < count) {
    const std::size_t end = std::min(input.find('\0'), input.size());
    cut.emplace_back(input.substr(0, end));
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  cut.emplace_back(input);
  return cut;
}

class TextFrame final : public Frame {
 public:
  TextFrame(bool is_text, std::string_view payload) : Frame(is_text, payload.size()), payload_(payload) {}
  [[nodiscard]] std::string_view text() const override {
    REQUIRE(is_text());
    return payload_;
  }

 private:
  std::string_view payload_;
};

/// One step of reading a JSON text; texts are decoded.
struct Event {
  enum class Kind { open_object, open_array, close, name, string, other };
  Kind kind;
  std::string text{};
  bool operator==(const Event&) const = default;
};

/// What nlohmann's parser reads.
struct Reading {
  bool valid = false;
  bool too_large = false;  ///< not valid only because a number fits no double, which `JSON.parse` takes
  std::vector<Event> events{};
};

class Reader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Reader(Reading& out) : out_(out) {}
  bool null() override { return add(Event::Kind::other, "null"); }
  bool boolean(bool value) override { return add(Event::Kind::other, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return add(Event::Kind::other, std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add(Event::Kind::other, std::to_string(value)); }
  bool number_float(number_float_t /*value*/, const string_t& text) override { return add(Event::Kind::other, text); }
  bool string(string_t& value) override { return add(Event::Kind::string, value); }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return add(Event::Kind::open_object); }
  bool key(string_t& value) override { return add(Event::Kind::name, value); }
  bool end_object() override { return add(Event::Kind::close); }
  bool start_array(std::size_t /*size*/) override { return add(Event::Kind::open_array); }
  bool end_array() override { return add(Event::Kind::close); }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    constexpr int kNumberOverflow = 406;
    out_.too_large = error.id == kNumberOverflow;
    return false;
  }

 private:
  bool add(Event::Kind kind, std::string text = {}) {
    out_.events.push_back({kind, std::move(text)});
    return true;
  }
  Reading& out_;
};

inline Reading read(std::string_view text) {
  Reading reading;
  Reader reader(reading);
  reading.valid = nlohmann::json::sax_parse(text, &reader);
  return reading;
}

/// Whether an object has two members of one name, which pointers and trees do not tell apart.
inline bool has_twins(const Reading& reading) {
  std::vector<std::vector<std::string>> open;
  for (const Event& event : reading.events) {
    if (event.kind == Event::Kind::close) {
      open.pop_back();
    } else if (event.kind == Event::Kind::name) {
      std::vector<std::string>& names = open.back();
      if (std::find(names.begin(), names.end(), event.text) != names.end()) return true;
      names.push_back(event.text);
    } else if (event.kind == Event::Kind::open_object || event.kind == Event::Kind::open_array) {
      open.emplace_back();
    }
  }
  return false;
}

/// Whether two such numbers are equal exactly if their doubles are.
inline bool has_few_digits(std::string_view number) {
  const std::size_t exponent = number.find_first_of("eE");
  return number.size() <= 15 && (exponent == number.npos || number.size() - exponent <= 4);
}

inline bool is_utf8(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) literal += static_cast<unsigned char>(c) < 0x80 ? 'x' : c;
  return nlohmann::json::accept(literal + '"');
}

/// Whether nlohmann's parser and the core must agree on what is JSON. It takes a byte order mark and ends at NUL; it
/// refuses lone surrogates, numbers that fit no double and what is not UTF-8: in all of this the core does as
/// `JSON.parse`, or leaves it to the host.
inline bool is_comparable(std::string_view text, const Reading& reading) {
  if (text.starts_with("\xEF\xBB\xBF") || text.find('\0') != text.npos || reading.too_large) return false;
  const bool may_be_surrogate = text.find("\\ud") != text.npos || text.find("\\uD") != text.npos;
  return (reading.valid || !may_be_surrogate) && is_utf8(text);
}

}  // namespace utcp::ws::fuzz
