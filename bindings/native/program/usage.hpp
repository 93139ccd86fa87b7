// Owns the help, and parsing the command line. Must not know what the commands do.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace utcp::ws::program {

/// The user has to type something else.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What was typed.
struct Settings {
  enum class Command { discover, call, stream, open, recipes, help, version, completion };
  using NameAndText = std::pair<std::string, std::string>;

  Command command = Command::help;
  std::string topic;  ///< of `help`: a command, or empty; of `completion`: a shell; of `recipes`: a name, or empty
  std::optional<std::string> url;            ///< as it was typed, with its `${NAME}`s
  std::string tool;                          ///< empty for `discover` and `open`
  std::optional<std::string> args;           ///< JSON, `@FILE` or `-`
  std::optional<std::string> call_template;  ///< a file, or `-`
  std::optional<std::string> recipe;         ///< a name
  std::vector<NameAndText> headers;
  std::optional<double> timeout;  ///< seconds
  bool retry = false;
  bool json = false;
  bool raw = false;
  std::optional<std::string> output;
  bool verbose = false;
  bool frames = false;
  bool time = false;
  std::vector<NameAndText> data;
  std::optional<NameAndText> upload;  ///< an argument's name, and the file that its chunks are read from, or `-`
  std::size_t chunk_size = 65536;     ///< bytes

  /// Whether a call template is given, so that no manual is needed.
  [[nodiscard]] bool has_template() const { return call_template || recipe; }
};

/// An option that may be typed; the scripts for shells are made of them, too.
struct Option {
  std::string_view name;
  char letter = 0;  ///< 0: none
  bool takes_value = false;
};
[[nodiscard]] std::span<const Option> known_options();

/// Those that are made of what was typed, in their order.
[[nodiscard]] std::span<const std::string_view> command_names();

/// Throws a `UsageError`.
[[nodiscard]] Settings read_command_line(std::span<const std::string> arguments);

/// What `help` prints of a command; empty: of all.
[[nodiscard]] std::string help_of(std::string_view command);

/// A script that completes the command line in a shell.
[[nodiscard]] std::string completion_for(std::string_view shell);

}  // namespace utcp::ws::program
