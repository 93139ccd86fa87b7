#include "dialer.hpp"

#include <algorithm>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <istream>
#include <utility>

#include <utcp_websocket/text.hpp>

namespace utcp::ws::native {
namespace {

namespace asio = boost::asio;

// RFC 8305 section 5.
constexpr std::chrono::milliseconds kStagger{250};

// RFC 8305 section 4: the families take turns, the one of the first address first.
std::vector<asio::ip::tcp::endpoint> in_turns(const asio::ip::tcp::resolver::results_type& results) {
  std::vector<asio::ip::tcp::endpoint> first;
  std::vector<asio::ip::tcp::endpoint> second;
  for (const auto& result : results) {
    const asio::ip::tcp::endpoint endpoint = result.endpoint();
    const bool is_first = first.empty() || first.front().protocol() == endpoint.protocol();
    (is_first ? first : second).push_back(endpoint);
  }
  std::vector<asio::ip::tcp::endpoint> all;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) all.push_back(first[i]);
    if (i < second.size()) all.push_back(second[i]);
  }
  return all;
}

}  // namespace

Dialer::Dialer(const Executor& executor, Route route)
    : executor_(executor), route_(std::move(route)), resolver_(executor), stagger_(executor) {}

void Dialer::start(Done done) {
  done_ = std::move(done);
  const std::string& host = route_.proxy ? route_.proxy->host : route_.host;
  const std::uint16_t port = route_.proxy ? route_.proxy->port : route_.port;
  ErrorCondition no_address;
  const asio::ip::address address = asio::ip::make_address(host, no_address);
  if (!no_address) {
    addresses_.emplace_back(address, port);
    try_next();
    return;
  }
  resolver_.async_resolve(
      host, to_text(port), asio::ip::resolver_base::numeric_service | asio::ip::resolver_base::address_configured,
      [self = shared_from_this()](const ErrorCondition& error, const Tcp::resolver::results_type& results) {
        self->resolved(error, results);
      });
}

void Dialer::cancel() {
  done_ = {};
  ErrorCondition ignored;
  resolver_.cancel();
  stagger_.cancel();
  for (Socket& socket : racing_) socket.close(ignored);
  if (tunnel_) tunnel_->close(ignored);
  handshake_.reset();
}

void Dialer::resolved(const ErrorCondition& error, const Tcp::resolver::results_type& results) {
  if (!done_) return;
  if (error) {
    fail(resolve_failure(error));
    return;
  }
  addresses_ = in_turns(results);
  try_next();
}

void Dialer::try_next() {
  if (next_ == addresses_.size()) {
    if (racing_.empty()) fail(std::move(last_failure_));
    return;
  }
  const Tcp::endpoint& endpoint = addresses_[next_++];
  const auto socket = racing_.emplace(racing_.end(), executor_);
  socket->async_connect(
      endpoint, [self = shared_from_this(), socket](const ErrorCondition& error) { self->connected(socket, error); });
  if (next_ == addresses_.size()) return;
  stagger_.expires_after(kStagger);
  stagger_.async_wait([self = shared_from_this()](const ErrorCondition& error) {
    if (!error && self->done_ && !self->tunnel_) self->try_next();
  });
}

void Dialer::connected(std::list<Socket>::iterator socket, const ErrorCondition& error) {
  Socket one = std::move(*socket);
  racing_.erase(socket);
  if (!done_ || tunnel_ || handshake_) return;  // another was faster
  if (error) {
    last_failure_ = connect_failure(error);
    stagger_.cancel();
    try_next();
    return;
  }
  stagger_.cancel();
  ErrorCondition ignored;
  for (Socket& other : racing_) other.close(ignored);
  one.set_option(Tcp::no_delay(true), ignored);
  use(std::move(one));
}

void Dialer::use(Socket socket) {
  if (route_.proxy) {
    tunnel_ = std::make_unique<Socket>(std::move(socket));
    ask_proxy();
  } else {
    secure(std::move(socket));
  }
}

void Dialer::ask_proxy() {
  const bool is_v6 = route_.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? concat({"[", route_.host, "]"}) : route_.host;
  const std::string target = concat({host, ":", to_text(route_.port)});
  request_ = concat({"CONNECT ", target, " HTTP/1.1\r\nHost: ", target, "\r\n"});
  const std::string& authorization = route_.proxy->authorization;
  if (!authorization.empty()) append(request_, {"Proxy-Authorization: ", authorization, "\r\n"});
  request_ += "\r\n";
  asio::async_write(*tunnel_, asio::buffer(request_),
                    [self = shared_from_this()](const ErrorCondition& error, std::size_t) {
                      if (!error) return;
                      if (self->done_) self->fail({Failure::Kind::proxy, 0, error.message()});
                    });
  asio::async_read_until(*tunnel_, answer_, "\r\n\r\n",
                         [self = shared_from_this()](const ErrorCondition& error, std::size_t size) {
                           if (self->done_) self->proxy_answered(error, size);
                         });
}

void Dialer::proxy_answered(const ErrorCondition& error, std::size_t size) {
  Failure failure{Failure::Kind::proxy, 0, {}};
  if (error) {
    failure.cause = "the proxy did not answer: " + error.message();
    fail(std::move(failure));
    return;
  }
  std::istream answer(&answer_);
  std::string version;
  int status = 0;
  answer >> version >> status;
  if (!version.starts_with("HTTP/1.") || answer.fail()) {
    failure.cause = "the proxy's answer is not HTTP/1.1";
  } else if (status < 200 || status > 299) {
    failure.cause = "the proxy answered with HTTP status " + std::to_string(status);
  }
  static_cast<void>(size);
  if (!failure.cause.empty()) {
    fail(std::move(failure));
    return;
  }
  Socket socket = std::move(*tunnel_);
  secure(std::move(socket));
}

void Dialer::secure(Socket socket) {
  if (!route_.tls) {
    finish(make_tcp_transport(std::move(socket)));
    return;
  }
  handshake_ =
      start_tls(std::move(socket), route_.tls, route_.host,
                Secured([self = shared_from_this()](const ErrorCondition& error, std::unique_ptr<Transport> transport) {
                  if (!self->done_) return;
                  if (error) {
                    self->fail(tls_failure(error));
                  } else {
                    self->finish(std::move(transport));
                  }
                }));
}

void Dialer::fail(Failure failure) {
  if (Done done = std::exchange(done_, {})) {
    cancel();
    done(std::move(failure), nullptr);
  }
}

void Dialer::finish(std::unique_ptr<Transport> transport) {
  if (Done done = std::exchange(done_, {})) done({}, std::move(transport));
}

}  // namespace utcp::ws::native
