// Owns the memory of a message being received: it grows with received bytes, not with the announced size.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace utcp::ws::native {

class ReceivedBytes {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view view() const { return {data_.get(), size_}; }
  [[nodiscard]] char* free_space() { return data_.get() + size_; }
  [[nodiscard]] std::size_t free_size() const { return capacity_ - size_; }

  /// Makes room. `announced`: how much more the peer announces; `most`: the limit of the total.
  void make_room(std::size_t announced, std::size_t most) {
    if (free_size() > 0) return;
    const std::size_t wanted = std::max({kSmallest, capacity_ * 2, size_ + std::min(announced, kLargestStep)});
    const std::size_t capacity = std::max(std::min(wanted, most), size_ + 1);
    auto data = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(data.get(), data_.get(), size_);
    data_ = std::move(data);
    capacity_ = capacity;
  }
  void add(std::size_t size) { size_ += size; }
  /// Clears the content, and frees the memory of a large message.
  void clear() {
    size_ = 0;
    if (capacity_ <= kKept) return;
    data_.reset();
    capacity_ = 0;
  }

 private:
  static constexpr std::size_t kSmallest = 1024;
  static constexpr std::size_t kLargestStep = std::size_t{1024} * 1024;
  static constexpr std::size_t kKept = std::size_t{128} * 1024;
  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace utcp::ws::native
