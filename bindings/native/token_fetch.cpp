#include "token_fetch.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <utility>

#include <utcp_websocket/text.hpp>
#include <utcp_websocket/url.hpp>

#include "wire.hpp"

namespace utcp::ws::native {
namespace {

namespace http = boost::beast::http;

// An answer with a token has some kilobytes; a larger one is invalid.
constexpr std::size_t kLargestAnswer = std::size_t{1024} * 1024;

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(const Executor& executor, Route route, const TokenRequest& request, TokenFetch::Done done)
      : dialer_(std::make_shared<Dialer>(executor, std::move(route))), done_(std::move(done)) {
    const Result<Url> parsed = parse_url(request.url);  // was checked
    const Url& url = *parsed;
    const bool is_default = url.port == (url.scheme == "https" ? 443 : 80);
    const std::string target = url.href.substr(url.path_start);
    request_.method(http::verb::post);
    request_.target(target.starts_with('/') ? target : "/" + target);
    request_.set(http::field::host, is_default ? url.host : concat({url.host, ":", to_text(url.port)}));
    request_.set(http::field::content_type, "application/x-www-form-urlencoded");
    request_.set(http::field::accept, "application/json");
    request_.set(http::field::connection, "close");
    if (!request.authorization.empty()) request_.set(http::field::authorization, request.authorization);
    request_.body() = request.body;
    request_.prepare_payload();
    parser_.body_limit(kLargestAnswer);
  }

  void start() {
    dialer_->start(
        Dialer::Done([self = shared_from_this()](const Failure& failure, std::unique_ptr<Transport> transport) {
          if (transport == nullptr) {
            self->finish({0, {}, for_core(failure)});
          } else if (self->done_) {
            self->write(std::move(transport));
          }
        }));
  }

  void cancel() {
    done_ = {};
    dialer_->cancel();
    if (wire_) wire_->state().close();
  }

 private:
  void write(std::unique_ptr<Transport> transport) {
    wire_.emplace(std::make_shared<WireState>(std::move(transport)));
    http::async_write(*wire_, request_, [self = shared_from_this()](const ErrorCondition& error, std::size_t) {
      if (error) {
        self->fail(error);
      } else {
        self->read();
      }
    });
  }

  void read() {
    http::async_read(*wire_, buffer_, parser_, [self = shared_from_this()](const ErrorCondition& error, std::size_t) {
      if (error) {
        self->fail(error);
      } else {
        self->finish({static_cast<int>(self->parser_.get().result_int()), std::move(self->parser_.get().body()), {}});
      }
    });
  }

  void fail(const ErrorCondition& error) {
    using Kind = OpeningFailure::Kind;
    const bool is_http = error.category() == make_error_code(http::error::body_limit).category();
    const Kind kind = error == http::error::body_limit ? Kind::too_large
                      : is_http                        ? Kind::wrong_protocol
                                                       : Kind::unknown;
    finish({0, {}, {kind, 0, error.message()}});
  }

  void finish(TokenFetch::Answer answer) {
    if (wire_) wire_->state().close();
    if (done_) done_(std::move(answer));
  }

  std::shared_ptr<Dialer> dialer_;
  TokenFetch::Done done_;
  http::request<http::string_body> request_;
  std::optional<Wire> wire_;
  boost::beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
};

class Fetch final : public TokenFetch {
 public:
  explicit Fetch(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  ~Fetch() override { exchange_->cancel(); }
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

 private:
  std::shared_ptr<Exchange> exchange_;
};

}  // namespace

std::unique_ptr<TokenFetch> fetch_token(const Executor& executor, Route route, const TokenRequest& request,
                                        TokenFetch::Done done) {
  auto exchange = std::make_shared<Exchange>(executor, std::move(route), request, std::move(done));
  exchange->start();
  return std::make_unique<Fetch>(std::move(exchange));
}

}  // namespace utcp::ws::native
