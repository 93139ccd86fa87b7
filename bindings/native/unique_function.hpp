// Owns a function value that is called once and need not be copyable (std::move_only_function is C++23).
#pragma once

#include <memory>
#include <utility>

namespace utcp::ws::native {

template <class Signature>
class UniqueFunction;

template <class... Arguments>
class UniqueFunction<void(Arguments...)> {
 public:
  UniqueFunction() = default;
  template <class Body>
  requires(!std::is_same_v<std::remove_cvref_t<Body>, UniqueFunction>) UniqueFunction(Body body)
      : target_(std::make_unique<Target<Body>>(std::move(body))) {}

  explicit operator bool() const { return target_ != nullptr; }
  /// Empties it first, so that the body may put another in its place.
  void operator()(Arguments... arguments) {
    const std::unique_ptr<Base> target = std::exchange(target_, nullptr);
    target->call(std::forward<Arguments>(arguments)...);
  }

 private:
  struct Base {
    Base() = default;
    virtual ~Base() = default;
    Base(const Base&) = delete;
    Base& operator=(const Base&) = delete;
    virtual void call(Arguments... arguments) = 0;
  };
  template <class Body>
  struct Target final : Base {
    explicit Target(Body given) : body(std::move(given)) {}
    void call(Arguments... arguments) override { std::move(body)(std::forward<Arguments>(arguments)...); }
    Body body;
  };
  std::unique_ptr<Base> target_;
};

}  // namespace utcp::ws::native
