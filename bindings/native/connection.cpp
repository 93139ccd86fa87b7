#include "connection.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <utility>

#include <utcp_websocket/text.hpp>
#include <utcp_websocket/url.hpp>

#include "received_bytes.hpp"
#include "utf8.hpp"
#include "wire.hpp"

namespace utcp::ws::native {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

// RFC 9110 section 5.6.1.
std::string list(const std::vector<std::string>& tokens) {
  std::string text;
  for (const std::string& token : tokens) append(text, {text.empty() ? "" : ", ", token});
  return text;
}

// How long a peer may take over the closing handshake.
constexpr std::chrono::seconds kClosingTime{2};
// RFC 6455 section 5.5: a control frame's payload.
constexpr std::size_t kLongestReason = 123;

/// An answer that breaks the rules will do so again; one that the network cut short may come whole the next time.
Failure handshake_failure(const ErrorCondition& error, int status) {
  Failure failure{Failure::Kind::not_websocket, 0, error.message()};
  const bool was_cut = error == beast::http::error::end_of_stream || error == beast::http::error::partial_message ||
                       error.category() == boost::system::system_category() ||
                       error.category() == asio::error::get_misc_category() ||
                       error.category() == asio::error::get_ssl_category() ||
                       error.category() == asio::ssl::error::get_stream_category();
  if (error == websocket::error::upgrade_declined) {
    failure.kind = Failure::Kind::refused;
    failure.http_status = status;
  } else if (was_cut) {
    failure.kind = Failure::Kind::unknown;
  }
  return failure;
}

// Of the messages in one that a terminator cuts. The same in JavaScript (js/host/socket.js).
constexpr int kMostParts = 10'000;

// RFC 6455 section 7.4.2; Beast looks at the lower end only.
constexpr int kEndOfCodes = 5000;

class BeastConnection final : public Connection, public std::enable_shared_from_this<BeastConnection> {
 public:
  BeastConnection(const Executor& executor, ConnectionId id, ConnectionEvents& events,
                  const ConnectionSettings& settings)
      : executor_(executor), id_(id), events_(&events), settings_(settings), timer_(executor) {}

  void open(const Handshake& handshake, Route route) override {
    handshake_ = handshake;
    dialer_ = std::make_shared<Dialer>(executor_, std::move(route));
    dialer_->start(
        Dialer::Done([self = shared_from_this()](const Failure& failure, std::unique_ptr<Transport> transport) {
          self->dialer_.reset();
          if (transport) {
            self->shake_hands(std::move(transport));
          } else {
            self->fail(failure);
          }
        }));
  }

  void open_over(std::unique_ptr<Transport> transport, const Handshake& handshake) override {
    handshake_ = handshake;
    shake_hands(std::move(transport));
  }

  void send(std::string_view message, bool is_binary) override {
    if (!is_open_) return;
    ErrorCondition ignored;  // the read tells of it
    stream_->binary(is_binary);
    const std::string& terminator = settings_.terminator;
    const bool is_plain = is_binary || terminator.empty();
    const std::string framed = is_plain ? std::string() : concat({message, terminator});
    stream_->write(asio::buffer(is_plain ? message : std::string_view(framed)), ignored);
  }

  [[nodiscard]] std::size_t unsent() const override { return wire_ ? wire_->unsent() : 0; }

  void when_unsent(std::size_t most, UniqueFunction<void()> done) override {
    if (!wire_) return;
    wire_->when_drained(most, Io([done = std::move(done)](ErrorCondition, std::size_t) mutable { done(); }), 0);
  }

  void ping() override {
    ErrorCondition ignored;
    if (is_open_) stream_->ping({}, ignored);
  }

  void set_reading(bool on) override {
    wants_ = on;
    if (!on) return;
    if (rest_.empty()) return read();
    // What is told of the rest enters the engine, which is at work here.
    asio::post(executor_, [self = shared_from_this()] { self->read(); });
  }

  void flush() override {
    // In the handler of a read the next one flushes, when all that has come is dealt with.
    if (wire_ && (wire_->reading() || !is_reading_)) wire_->flush();
  }

  void shut(int code, std::string_view reason, UniqueFunction<void()> done) override {
    events_ = nullptr;
    if (!is_open_) {
      abandon();
      asio::post(executor_, [done = std::move(done)]() mutable { done(); });
      return;
    }
    done_ = std::move(done);
    const beast::string_view said(reason.data(), std::min(reason.size(), kLongestReason));
    stream_->async_close({static_cast<websocket::close_code>(code), said},
                         [self = shared_from_this()](const ErrorCondition&) { self->gone(); });
    timer_.expires_after(kClosingTime);
    timer_.async_wait([self = shared_from_this()](const ErrorCondition& error) {
      if (!error) self->gone();
    });
  }

 private:
  using Stream = websocket::stream<Wire, true>;
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

  void abandon() {
    if (dialer_) dialer_->cancel();
    if (wire_) wire_->close();
  }

  void gone() {
    is_open_ = false;
    timer_.cancel();
    wire_->close();
    if (done_) done_();
  }

  void fail(const Failure& failure) {
    if (events_ != nullptr) events_->failed(id_, failure);
  }

  void shake_hands(std::unique_ptr<Transport> transport) {
    if (events_ == nullptr) return;
    wire_ = std::make_shared<WireState>(std::move(transport));
    stream_.emplace(Wire(wire_));
    stream_->read_message_max(settings_.max_message);
    stream_->auto_fragment(false);
    stream_->text(true);
    websocket::permessage_deflate deflate;
    deflate.client_enable = settings_.compression;
    stream_->set_option(deflate);
    stream_->set_option(
        websocket::stream_base::decorator([headers = std::move(handshake_.headers),
                                           protocols = list(handshake_.protocols)](websocket::request_type& request) {
          for (const auto& [name, value] : headers) request.insert(name, latin1(value));
          if (!protocols.empty()) request.set(beast::http::field::sec_websocket_protocol, protocols);
        }));
    stream_->control_callback([this](websocket::frame_type type, beast::string_view) {
      if (type == websocket::frame_type::pong && events_ != nullptr) events_->ponged(id_);
    });
    const Result<Url> parsed = parse_url(handshake_.url);  // was checked
    const Url& url = *parsed;
    const bool is_default = url.port == (url.scheme == "wss" ? 443 : 80);
    const std::string host = is_default ? url.host : concat({url.host, ":", to_text(url.port)});
    const std::string target = url.href.substr(url.path_start);
    stream_->async_handshake(response_, host, target.starts_with('/') ? target : "/" + target,
                             [self = shared_from_this()](const ErrorCondition& error) { self->shaken(error); });
  }

  void shaken(const ErrorCondition& error) {
    if (events_ == nullptr) return;
    handshake_ = {};
    const websocket::response_type response = std::exchange(response_, {});
    stream_->set_option(websocket::stream_base::decorator([](websocket::request_type&) {}));
    if (error) {
      wire_->close();
      fail(handshake_failure(error, static_cast<int>(response.result_int())));
      return;
    }
    is_open_ = true;
    const beast::string_view subprotocol = response[beast::http::field::sec_websocket_protocol];
    events_->opened(id_, {subprotocol.data(), subprotocol.size()});
    read();
  }

  void read() {
    if (is_reading_ || !wants_ || !is_open_ || events_ == nullptr) return;
    is_reading_ = true;
    if (!hand_over_rest()) {
      is_reading_ = false;
      if (wire_) wire_->flush();
      return;
    }
    const std::size_t most = settings_.max_message + 1;
    content_.make_room(content_.size() == 0 ? 0 : stream_->read_size_hint(std::size_t{1}), most);
    stream_->async_read_some(
        asio::buffer(content_.free_space(), content_.free_size()),
        [self = shared_from_this()](const ErrorCondition& error, std::size_t size) { self->has_read(error, size); });
  }

  void has_read(const ErrorCondition& error, std::size_t size) {
    if (events_ == nullptr) return;
    if (error) {
      is_reading_ = false;
      // Announced, or already inflated: nothing of it is kept.
      if (error == websocket::error::message_too_big) return refuse();
      return lose(error);
    }
    content_.add(size);
    if (stream_->is_message_done()) {
      // `is_reading_` stays set: what is sent now goes out when the read goes on.
      hand_over(content_.view());
      if (rest_.empty()) content_.clear();
    }
    is_reading_ = false;
    read();
    if (!is_reading_ && wire_) wire_->flush();
  }

  // What is done with one message may end the connection.
  void hand_over(std::string_view content) {
    const bool is_text = stream_->got_text();
    const std::string& terminator = settings_.terminator;
    if (!is_text || terminator.empty()) {
      events_->received(id_, Message(is_text, content.size(), content));
      return;
    }
    rest_ = content;
    parts_ = 0;
  }

  // Of a message that a terminator cuts. Returns whether there is nothing left, and more may be read.
  bool hand_over_rest() {
    if (rest_.empty()) return true;
    const std::string& terminator = settings_.terminator;
    while (!rest_.empty() && wants_ && events_ != nullptr) {
      if (parts_++ == kMostParts) {
        rest_ = {};
        refuse();
        return false;
      }
      const std::string_view part = rest_.substr(0, rest_.find(terminator));
      rest_.remove_prefix(std::min(part.size() + terminator.size(), rest_.size()));
      // Line breaks alone are not a message: STOMP brokers send one after each frame, and as
      // heartbeats.
      if (part.find_first_not_of("\r\n") != part.npos) events_->received(id_, Message(true, part.size(), part));
    }
    if (!rest_.empty()) return false;
    content_.clear();
    return wants_ && is_open_ && events_ != nullptr;
  }

  void refuse() {
    is_open_ = false;
    wire_->close();
    events_->received(id_, Message(stream_->got_text(), settings_.max_message + 1, {}));
    if (events_ != nullptr) events_->closed(id_, 1009, "", false, "the message is too large");
  }

  void lose(const ErrorCondition& error) {
    is_open_ = false;
    wire_->close();
    if (error != websocket::error::closed) {
      events_->closed(id_, 1006, "", false, error.message());
      return;
    }
    const websocket::close_reason& said = stream_->reason();
    if (said.code >= kEndOfCodes) {
      events_->closed(id_, 1006, "", false, "the peer closed with an invalid close code");
      return;
    }
    const int code = said.code == websocket::close_code::none ? 1005 : said.code;
    const std::string reason(said.reason.data(), said.reason.size());
    events_->closed(id_, code, reason, true, "");
  }

  Executor executor_;
  ConnectionId id_;
  ConnectionEvents* events_;  // null: nobody listens any more
  ConnectionSettings settings_;
  Handshake handshake_;
  websocket::response_type response_;
  std::shared_ptr<Dialer> dialer_;
  std::shared_ptr<WireState> wire_;
  std::optional<Stream> stream_;
  ReceivedBytes content_;
  bool is_open_ = false;
  bool is_reading_ = false;
  std::string_view rest_{};  // in `content_`: of a message that a terminator cuts, what is not handed over yet
  int parts_ = 0;            // that were
  bool wants_ = true;
  Timer timer_;
  UniqueFunction<void()> done_;
};

}  // namespace

std::shared_ptr<Connection> make_connection(const Executor& executor, ConnectionId id, ConnectionEvents& events,
                                            const ConnectionSettings& settings) {
  return std::make_shared<BeastConnection>(executor, id, events, settings);
}

}  // namespace utcp::ws::native
