#include "scratch.hpp"

#include <cstring>
#include <utility>

#include "imports.hpp"

namespace utcp::ws {
namespace {

constexpr std::size_t kKept = std::size_t{1} << 20U;
constexpr std::size_t kMostBytesPerUnit = 3;  // of UTF-8, for one UTF-16 code unit

}  // namespace

std::string_view Scratch::load(std::size_t code_units) {
  if (capacity_ < code_units) reserve(code_units, 0);  // enough for ASCII
  TextProgress done{};
  utcp_ws_read_text(data_.get(), capacity_, 0, &done);
  if (done.read < code_units) {
    reserve(done.written + kMostBytesPerUnit * (code_units - done.read), done.written);
    TextProgress rest{};
    utcp_ws_read_text(data_.get() + done.written, capacity_ - done.written, done.read, &rest);
    done.written += rest.written;
  }
  return {data_.get(), done.written};
}

void Scratch::shrink() {
  if (capacity_ <= kKept) return;
  data_.reset();
  capacity_ = 0;
}

void Scratch::reserve(std::size_t capacity, std::size_t keep) {
  if (keep == 0) data_.reset();
  std::unique_ptr<char[]> grown(new char[capacity]);
  if (keep != 0) std::memcpy(grown.get(), data_.get(), keep);
  data_ = std::move(grown);
  capacity_ = capacity;
}

std::string_view JsFrame::text() const {
  if (!loaded_) {
    text_ = scratch_.load(size());
    loaded_ = true;
  }
  return text_;
}

bool JsFrame::may_be_wrapped() const { return utcp_ws_text_may_be_wrapped() != 0; }

}  // namespace utcp::ws
