#include "wire.hpp"

namespace utcp::ws::native {
namespace asio = boost::asio;

WireState::WireState(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {}

void WireState::read(asio::mutable_buffer buffer, Io done) {
  flush();
  reading_ = true;
  transport_->read_some(
      buffer, Io([self = shared_from_this(), done = std::move(done)](ErrorCondition error, std::size_t size) mutable {
        self->reading_ = false;
        done(error, size);
      }));
}

void WireState::flush() {
  if (writing_ || out_.empty() || broken_) return;
  writing_ = true;
  sending_.swap(out_);
  transport_->write(asio::buffer(sending_),
                    Io([self = shared_from_this()](ErrorCondition error, std::size_t) { self->sent(error); }));
}

void WireState::sent(ErrorCondition error) {
  writing_ = false;
  // A large message is rare: its memory is not kept.
  if (sending_.capacity() > std::size_t{64} * 1024) sending_ = std::string();
  sending_.clear();
  if (error) {
    broken_ = error;
    out_.clear();
    transport_->close();  // which ends the read, too
  }
  flush();
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    if (broken_ || unsent() <= waiting.most) {
      waiting.done(broken_, waiting.result);
    } else {
      waiting_.push_back(std::move(waiting));
    }
  }
}

void WireState::when_drained(std::size_t most, Io done, std::size_t result) {
  if (broken_ || unsent() <= most) {
    asio::post(executor(), [error = broken_, result, done = std::move(done)]() mutable { done(error, result); });
    return;
  }
  waiting_.push_back({most, result, std::move(done)});
}

void WireState::finish(Io done) {
  flush();
  when_drained(0, Io([self = shared_from_this(), done = std::move(done)](ErrorCondition, std::size_t) mutable {
                 self->close();
                 done({}, 0);
               }),
               0);
}

void WireState::close() {
  if (!broken_) broken_ = asio::error::operation_aborted;
  transport_->close();
}

void teardown(boost::beast::role_type, Wire& wire, ErrorCondition& error) {
  error = {};
  wire.state().close();
}

void beast_close_socket(Wire& wire) { wire.state().close(); }

}  // namespace utcp::ws::native
