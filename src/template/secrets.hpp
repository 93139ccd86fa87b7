// Owns cleaning texts of others (peers, token endpoints, hosts) before they are shown: it masks known secrets, and
// removes control characters, which terminals or logs would interpret. Must not know whose texts they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/text.hpp>

#include "auth.hpp"
#include "call_template.hpp"
#include "captured.hpp"

namespace utcp::ws {

/// The secrets of one connection. They are found in each of their usual spellings: as they are, in base64 (also after
/// another text, as in `Basic`), percent-encoded, and as JSON strings hold them; also where only their start is quoted.
class Secrets {
 public:
  /// Shorter texts are not masked: they protect nothing, and occur everywhere.
  static constexpr std::size_t kShortest = 4;
  /// Spellings that are looked for, at most: a template of a remote manual may name any number of secrets.
  static constexpr std::size_t kMost = 2000;

  void add(TextRef secret);
  /// The values in a URL's query; short ones where their names speak of secrets.
  void add_query(TextRef url);
  /// A URL that is a secret as a whole (a ticket), and all that stands behind its host: each value in its query,
  /// however short, and long parts of its path.
  void add_url(TextRef url);
  void add(const std::vector<Header>& headers);
  /// Key, password, token or client secret, and the query of `token_url`. Names (user, client id) are no secrets.
  void add(const Auth& auth);
  /// Its credential, its headers' values, its query, and what members of its messages hold whose names speak of secrets
  /// (`access_token`, `password`, …).
  void add(const CallTemplate& call_template);
  void add(const Plan& plan);
  void add(const std::vector<std::string>& secrets);
  /// Those whose names speak of secrets.
  void add_captured(const Captured& captured);

  /// `text` with `***` in place of each.
  [[nodiscard]] std::string mask(std::string_view text) const;
  /// The same of all strings in `json`, which must be valid. Empty: there are none.
  [[nodiscard]] std::string mask_json(std::string_view json) const;

 private:
  void add_query(TextRef url, std::size_t shortest);
  [[nodiscard]] bool hide(std::string_view text, std::vector<bool>& hidden) const;
  std::vector<std::string> known_;
  std::vector<bool> starts_ = std::vector<bool>(256);  // the bytes that one of them begins with
};

/// Values that `message` and `messages` contain under names that speak of secrets.
[[nodiscard]] std::vector<std::string> secrets_in_messages(const CallTemplate& call_template);

/// On one line, and nothing that is not seen: control characters, line separators and what changes the direction of
/// writing become blanks. What is longer than `longest` bytes is cut.
[[nodiscard]] std::string printable(std::string_view text, std::size_t longest);

/// How much of a foreign text a message may contain.
inline constexpr std::size_t kLongestSaid = 500;

/// Both, for a message.
[[nodiscard]] std::string said(std::string_view text, const Secrets& secrets, std::size_t longest = kLongestSaid);

}  // namespace utcp::ws
