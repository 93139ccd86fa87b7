// Owns input besides the command line: files, standard input, the environment. Must not know its purpose.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/secrets.hpp>

#include "ending.hpp"
#include "usage.hpp"
#include "utcp_websocket/tools.hpp"

namespace utcp::ws::program {

/// What the environment and `auth` have given, so that nothing that is shown holds it. Any thread.
class KnownSecrets {
 public:
  void add(const std::string& secret);
  /// Every text in what authenticates.
  void add_all(const Json& value);
  [[nodiscard]] std::string mask(std::string_view text) const;
  /// All texts in a value.
  [[nodiscard]] Json masked(Json value) const;

 private:
  mutable std::mutex mutex_;
  Secrets secrets_;
};

/// Without the headers of these names, in upper or lower case.
[[nodiscard]] Json without_headers(Json call_template, const std::vector<std::string>& names);

/// Reads and fills in. Everything throws a `UsageError` that says what is wrong, without showing what was read.
class Input {
 public:
  Input(const Ending& ending, KnownSecrets& secrets) : ending_(ending), secrets_(secrets) {}

  /// The arguments of a tool, as they were typed: JSON, `@FILE` or `-`; over them the values of `--data`.
  [[nodiscard]] Json arguments(const std::optional<std::string>& typed,
                               const std::vector<Settings::NameAndText>& data) const;
  /// A call template: the recipe's members, and over them the file's, filled in. It has none of the headers that were
  /// typed.
  [[nodiscard]] Json call_template(const Settings& settings) const;

  /// Fills in `${NAME}` from the environment; `$${NAME}` stays, with one `$` less. `where`: for the error.
  [[nodiscard]] std::string fill(std::string_view text, std::string_view where) const;
  /// The same; what stands behind the question mark is percent-encoded, and the host is no secret: errors name it.
  [[nodiscard]] std::string fill_url(std::string_view url, std::string_view where) const;

 private:
  [[nodiscard]] std::string standard_input() const;
  [[nodiscard]] Json fill_all(Json value, std::string_view where, std::string_view name) const;
  template <class Encode>
  [[nodiscard]] std::string filled(std::string_view text, std::string_view where, Encode encode,
                                   bool is_secret = true) const;

  const Ending& ending_;
  KnownSecrets& secrets_;
};

}  // namespace utcp::ws::program
