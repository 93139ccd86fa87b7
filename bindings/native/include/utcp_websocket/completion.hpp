// Owns the type-erased completion handler: move-only, called once, on its own executor, with its cancellation slot.
// Must not know what completes. (Boost has `any_completion_handler` from 1.82 on only.)
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>
#include <memory>
#include <utility>

namespace utcp::ws::detail {

/// Who gets a value, once. While it waits, its executor has outstanding work.
template <class Value>
class Completion {
 public:
  Completion() = default;
  /// `fallback`: where a handler runs that has no executor of its own.
  template <class Handler>
  Completion(Handler handler, const boost::asio::any_io_executor& fallback)
      : target_(std::make_unique<Target<Handler>>(std::move(handler), fallback)) {}

  explicit operator bool() const { return target_ != nullptr; }
  /// Valid until it is called.
  [[nodiscard]] boost::asio::cancellation_slot slot() const { return target_->slot(); }
  /// Runs the handler: at once where this is its executor, else there.
  void operator()(Value value) { std::exchange(target_, nullptr)->complete(std::move(value)); }

 private:
  struct Base {
    Base() = default;
    virtual ~Base() = default;
    Base(const Base&) = delete;
    Base& operator=(const Base&) = delete;
    [[nodiscard]] virtual boost::asio::cancellation_slot slot() const = 0;
    virtual void complete(Value value) = 0;
  };

  template <class Handler>
  class Target final : public Base {
   public:
    Target(Handler handler, const boost::asio::any_io_executor& fallback)
        : handler_(std::move(handler)),
          executor_(boost::asio::prefer(
              boost::asio::any_io_executor(boost::asio::get_associated_executor(handler_, fallback)),
              boost::asio::execution::outstanding_work.tracked)) {}

    [[nodiscard]] boost::asio::cancellation_slot slot() const override {
      return boost::asio::get_associated_cancellation_slot(handler_);
    }

    void complete(Value value) override {
      const boost::asio::any_io_executor executor = std::move(executor_);
      boost::asio::dispatch(executor, Call{std::move(handler_), std::move(value)});
    }

   private:
    struct Call {
      Handler handler;
      Value value;
      void operator()() {
        boost::asio::cancellation_slot slot = boost::asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) slot.clear();
        std::move(handler)(std::move(value));
      }
    };
    Handler handler_;
    boost::asio::any_io_executor executor_;
  };

  std::unique_ptr<Base> target_;
};

}  // namespace utcp::ws::detail
