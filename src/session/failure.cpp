#include "failure.hpp"

namespace utcp::ws {
namespace {

using Kind = OpeningFailure::Kind;

const char* words_for(Kind kind) {
  switch (kind) {
    case Kind::nobody_listens:
      return "nothing listens there";
    case Kind::unknown_host:
      return "its host name cannot be resolved";
    case Kind::certificate:
      return "its certificate is not trusted";
    case Kind::wrong_protocol:
      return "the server there speaks another protocol: is the scheme of the URL right?";
    case Kind::not_allowed:
      return "the host refuses to open it";
    case Kind::no_credentials:
      return "the option credentials failed";
    case Kind::too_large:
      return "its answer is larger than a megabyte";
    case Kind::unreadable_url:
      return "the host cannot parse this URL";
    case Kind::unknown:
      break;
  }
  return "";
}

}  // namespace

bool is_final(Kind kind) {
  return kind == Kind::certificate || kind == Kind::wrong_protocol || kind == Kind::not_allowed ||
         kind == Kind::no_credentials || kind == Kind::unreadable_url;
}

std::string cause_of(const OpeningFailure& failure, const Secrets& secrets) {
  const std::string words = words_for(failure.kind);
  const std::string text = said(failure.text, secrets, 200);
  if (words.empty()) return text.empty() ? text : concat({": ", text});
  return concat({": ", words, text.empty() ? "" : " (", text, text.empty() ? "" : ")"});
}

}  // namespace utcp::ws
