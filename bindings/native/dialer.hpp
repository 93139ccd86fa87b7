// Owns connecting a transport to a host: racing its addresses (RFC 8305), a proxy's tunnel, TLS.
// Must not know what it transports.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "failure.hpp"
#include "transport.hpp"

namespace utcp::ws::native {

/// Where a proxy for tunnels is.
struct Proxy {
  std::string host;
  std::uint16_t port = 0;
  std::string authorization;  ///< the header `Proxy-Authorization`; empty: none
};

/// Where to, and how.
struct Route {
  std::string host;  ///< an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::shared_ptr<boost::asio::ssl::context> tls;  ///< null: without TLS
  std::shared_ptr<const Proxy> proxy;              ///< null: without
};

/// One attempt.
class Dialer : public std::enable_shared_from_this<Dialer> {
 public:
  using Done = UniqueFunction<void(Failure, std::unique_ptr<Transport>)>;

  Dialer(const Executor& executor, Route route);
  /// `done` is called once, later, unless `cancel` comes before: with a transport, or null and why.
  void start(Done done);
  void cancel();

 private:
  using Tcp = boost::asio::ip::tcp;
  using Resolver = boost::asio::ip::basic_resolver<Tcp, Executor>;
  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

  void resolved(const ErrorCondition& error, const Tcp::resolver::results_type& results);
  void try_next();
  void connected(std::list<Socket>::iterator socket, const ErrorCondition& error);
  void use(Socket socket);
  void ask_proxy();
  void proxy_answered(const ErrorCondition& error, std::size_t size);
  void secure(Socket socket);
  void fail(Failure failure);
  void finish(std::unique_ptr<Transport> transport);

  Executor executor_;
  Route route_;
  Done done_;
  Resolver resolver_;
  Timer stagger_;
  std::vector<Tcp::endpoint> addresses_;
  std::size_t next_ = 0;
  std::list<Socket> racing_;
  Failure last_failure_;
  std::unique_ptr<Socket> tunnel_;
  std::string request_;
  boost::asio::streambuf answer_{std::size_t{16} * 1024};
  std::unique_ptr<TlsHandshake> handshake_;
};

}  // namespace utcp::ws::native
