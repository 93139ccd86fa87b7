#include "channel.hpp"

#include <cstring>
#include <string_view>

namespace utcp::ws {
namespace {

constexpr std::size_t kKeptWords = std::size_t{1} << 14U;

}  // namespace

void Channel::begin() {
  if (words.size != 0) return;  // nobody has read what is there: more is added to it
  commands_.clear();
  if (commands_.capacity() > kKeptWords) commands_.shrink_to_fit();
}

void Channel::put(CommandKind kind, std::initializer_list<std::uint32_t> numbers) {
  commands_.push_back(static_cast<std::uint32_t>(kind));
  commands_.insert(commands_.end(), numbers);
}

void Channel::put(CommandKind kind, std::initializer_list<std::uint32_t> numbers, TextRef text) {
  put(kind, numbers);
  const std::string_view bytes = text.view();
  commands_.push_back(static_cast<std::uint32_t>(bytes.size()));
  const std::size_t start = commands_.size();
  commands_.resize(start + (bytes.size() + 3) / 4);
  if (!bytes.empty()) std::memcpy(commands_.data() + start, bytes.data(), bytes.size());
}

void Channel::publish(double deadline) {
  words.deadline = deadline;
  words.commands = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(commands_.data()));
  words.size = static_cast<std::uint32_t>(commands_.size());
}

}  // namespace utcp::ws
