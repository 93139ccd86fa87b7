#include "tls.hpp"

#include <boost/asio/buffer.hpp>
#include <utility>

#include <utcp_websocket/text.hpp>

namespace utcp::ws::native {
namespace {

namespace asio = boost::asio;
using Context = asio::ssl::context;
using Condition = boost::system::error_code;

// The first option that cannot be used; null where all can.
const char* apply(const TlsOptions& options, Context& context, Condition& error) {
  if (!options.ca.empty() && context.add_certificate_authority(asio::buffer(options.ca), error)) return "tls.ca";
  if (!options.ca_file.empty() && context.load_verify_file(options.ca_file, error)) return "tls.ca_file";
  if (options.ca.empty() && options.ca_file.empty() && context.set_default_verify_paths(error)) return "tls";
  if (!options.certificate.empty() && context.use_certificate_chain(asio::buffer(options.certificate), error)) {
    return "tls.certificate";
  }
  if (!options.certificate_file.empty() && context.use_certificate_chain_file(options.certificate_file, error)) {
    return "tls.certificate_file";
  }
  if (!options.key.empty() && context.use_private_key(asio::buffer(options.key), Context::pem, error)) return "tls.key";
  if (!options.key_file.empty() && context.use_private_key_file(options.key_file, Context::pem, error)) {
    return "tls.key_file";
  }
  return nullptr;
}

}  // namespace

Result<std::shared_ptr<Context>> TlsContext::get() {
  Result<std::shared_ptr<Context>> result;
  if (context_ == nullptr) {
    auto context = std::make_shared<Context>(Context::tls_client);
    Condition error;
    context->set_options(
        Context::default_workarounds | Context::no_sslv2 | Context::no_sslv3 | Context::no_tlsv1 | Context::no_tlsv1_1,
        error);
    // A key with a passphrase would be asked for on the terminal.
    context->set_password_callback([](std::size_t, Context::password_purpose) { return std::string(); }, error);
    if (const char* option = apply(options_, *context, error)) {
      result.fail(make_error(ErrorCode::invalid_argument,
                             concat({"options.", option, " cannot be used: ", error.message()}), option));
      return result;
    }
    context_ = std::move(context);
  }
  *result = context_;
  return result;
}

}  // namespace utcp::ws::native
