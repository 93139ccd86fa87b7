#include "usage.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include <utcp_websocket/text.hpp>

namespace utcp::ws::program {
namespace {

using Command = Settings::Command;

constexpr std::array<Option, 16> kOptions{{
    {"data", 'd', true},
    {"upload", 0, true},
    {"chunk-size", 0, true},
    {"template", 0, true},
    {"recipe", 0, true},
    {"header", 'H', true},
    {"timeout", 0, true},
    {"retry"},
    {"json"},
    {"raw"},
    {"output", 'o', true},
    {"verbose", 'v'},
    {"frames"},
    {"time"},
    {"help", 'h'},
    {"version", 'V'},
}};

constexpr std::array<std::string_view, 7> kCommands{"discover", "call", "stream",    "open",
                                                    "recipes",  "help", "completion"};
constexpr std::string_view kBlank = " \t\n\v\f\r";

std::string spelled(const Option& option) {
  return option.letter == 0 ? concat({"--", option.name})
                            : concat({"-", std::string(1, option.letter), ", --", option.name});
}

/// The command line, split into options and the rest.
class Words {
 public:
  struct Given {
    const Option* option;
    std::string value;
  };
  std::vector<Given> options;
  std::vector<std::string> rest;

  explicit Words(std::span<const std::string> arguments) : left_(arguments) {
    while (!left_.empty()) {
      const std::string word = take();
      if (word == "--") {
        rest.insert(rest.end(), left_.begin(), left_.end());
        return;
      }
      if (word.starts_with("--")) {
        long_option(word.substr(2));
      } else if (word.size() > 1 && word.front() == '-') {
        letters(word.substr(1));
      } else {
        rest.push_back(word);
      }
    }
  }

 private:
  std::string take() {
    std::string word = left_.front();
    left_ = left_.subspan(1);
    return word;
  }

  void long_option(const std::string& text) {
    const std::size_t end = text.find('=');
    const std::string name = text.substr(0, end);
    const auto option = std::ranges::find(kOptions, name, &Option::name);
    if (option == kOptions.end()) throw UsageError(concat({"Unknown option '--", name, "'"}));
    if (end == std::string::npos) {
      add(*option, "--" + name);
    } else if (option->takes_value) {
      options.push_back({&*option, text.substr(end + 1)});
    } else {
      throw UsageError(concat({"Option '", spelled(*option), "' does not take an argument"}));
    }
  }

  /// `-v`, `-vo FILE`, `-oFILE`.
  void letters(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto option = std::ranges::find(kOptions, text[i], &Option::letter);
      if (option == kOptions.end()) throw UsageError(concat({"Unknown option '-", text.substr(i, 1), "'"}));
      if (option->takes_value && i + 1 < text.size()) {
        options.push_back({&*option, text.substr(i + 1)});
        return;
      }
      add(*option, "-" + text.substr(i, 1));
    }
  }

  void add(const Option& option, const std::string& typed) {
    if (!option.takes_value) {
      options.push_back({&option, {}});
      return;
    }
    if (left_.empty()) throw UsageError(concat({"Option '", spelled(option), " <value>' argument missing"}));
    // An option that was forgotten to be given a value.
    if (left_.front().size() > 1 && left_.front().front() == '-') {
      throw UsageError(concat({"Option '", typed, "' argument is ambiguous"}));
    }
    options.push_back({&option, take()});
  }

  std::span<const std::string> left_;
};

std::string trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(kBlank);
  if (start == std::string_view::npos) return {};
  return std::string(text.substr(start, text.find_last_not_of(kBlank) - start + 1));
}

Settings::NameAndText header_of(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string name = trimmed(text.substr(0, colon));
  // The value is not shown: it may be a mistyped secret.
  if (colon == std::string_view::npos || name.empty() || name.find_first_of(kBlank) != std::string::npos) {
    throw UsageError("--header takes 'Name: value'");
  }
  return {name, trimmed(text.substr(colon + 1))};
}

/// `wanted`: for the error.
Settings::NameAndText pair_of(const std::string& text, const char* wanted) {
  const std::size_t at = text.find('=');
  if (at == std::string::npos || at == 0) throw UsageError(wanted);
  return {text.substr(0, at), text.substr(at + 1)};
}

constexpr std::size_t kLargestChunk = std::size_t{1} << 24U;

std::size_t size_of(const std::string& text) {
  const char* const end = text.data() + text.size();
  std::size_t size = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, size);
  if (stop != end || error != std::errc{} || size < 1 || size > kLargestChunk) {
    throw UsageError(
        concat({"--chunk-size takes a number of bytes from 1 to ", to_text(kLargestChunk), ", not \"", text, "\""}));
  }
  return size;
}

double seconds_of(const std::string& text) {
  const std::string number = trimmed(text);
  const char* const end = number.data() + number.size();
  double seconds = 0;
  const auto [stop, error] = std::from_chars(number.data(), end, seconds);
  if (stop != end || error != std::errc{} || !(seconds > 0 && seconds <= 2'147'483)) {
    throw UsageError(concat({"--timeout takes a number of seconds above 0, not \"", text, "\""}));
  }
  return seconds;
}

/// With a template the URL may be left out: a tool is not called like one.
bool is_url(std::string_view text, const Settings& settings) {
  return !settings.has_template() || text.find("://") != std::string_view::npos || text.starts_with("${");
}

void apply(const Words::Given& given, Settings& settings, bool& wants_help, bool& wants_version) {
  const std::string_view name = given.option->name;
  const std::string& value = given.value;
  if (name == "data") settings.data.push_back(pair_of(value, "--data takes NAME=VALUE"));
  if (name == "upload") {
    if (settings.upload) throw UsageError("--upload can be given once: a call takes one argument in chunks");
    settings.upload = pair_of(value, "--upload takes NAME=FILE");
  }
  if (name == "chunk-size") settings.chunk_size = size_of(value);
  if (name == "template") settings.call_template = value;
  if (name == "recipe") settings.recipe = value;
  if (name == "header") settings.headers.push_back(header_of(value));
  if (name == "timeout") settings.timeout = seconds_of(value);
  if (name == "retry") settings.retry = true;
  if (name == "json") settings.json = true;
  if (name == "raw") settings.raw = true;
  if (name == "output") settings.output = value;
  if (name == "verbose") settings.verbose = true;
  if (name == "frames") settings.frames = true;
  if (name == "time") settings.time = true;
  if (name == "help") wants_help = true;
  if (name == "version") wants_version = true;
}

}  // namespace

std::span<const Option> known_options() { return kOptions; }
std::span<const std::string_view> command_names() { return kCommands; }

Settings read_command_line(std::span<const std::string> arguments) {
  Words words(arguments);
  Settings settings;
  bool wants_help = false;
  bool wants_version = false;
  for (const Words::Given& given : words.options) apply(given, settings, wants_help, wants_version);

  std::span<const std::string> rest = words.rest;
  const auto next = [&rest]() -> std::optional<std::string> {
    if (rest.empty()) return std::nullopt;
    std::string word = rest.front();
    rest = rest.subspan(1);
    return word;
  };
  const std::optional<std::string> given_command = next();
  const std::string command = given_command.value_or("");
  if (wants_version) return settings.command = Command::version, settings;
  if (wants_help || command == "help") {
    const std::string topic = command == "help" ? next().value_or("") : command;
    if (!topic.empty() && std::ranges::find(kCommands, topic) == kCommands.end()) {
      throw UsageError("there is no command " + topic);
    }
    if (command == "help") settings.topic = topic;
    return settings;
  }
  if (command == "completion") {
    settings.command = Command::completion;
    settings.topic = next().value_or("");
    if (completion_for(settings.topic).empty()) throw UsageError("completion takes bash, zsh or fish");
    return settings;
  }
  const auto known = std::ranges::find(kCommands, command);
  if (known == kCommands.end()) {
    throw UsageError(given_command ? "there is no command " + command : std::string("a command is missing"));
  }
  settings.command = static_cast<Command>(known - kCommands.begin());
  const bool has_url = settings.command != Command::recipes;
  if (!has_url) settings.topic = next().value_or("");
  if (has_url && !rest.empty() && is_url(rest.front(), settings)) settings.url = next();
  if (has_url && !settings.url && !settings.has_template()) throw UsageError(command + " needs a URL");
  const bool has_tool = settings.command == Command::call || settings.command == Command::stream;
  if (has_tool) {
    const std::optional<std::string> tool = next();
    if (!tool) throw UsageError(command + " needs the name of a tool");
    settings.tool = *tool;
    settings.args = next();
  }
  if (!rest.empty()) {
    const std::string cure = has_tool ? "pass one JSON object, or -d NAME=VALUE"
                                      : command + (has_url ? " takes a URL only" : " takes a name only");
    throw UsageError(concat({"Unexpected argument \"", rest.front(), "\"; ", cure}));
  }
  if (settings.upload && !has_tool) throw UsageError("--upload is for call and stream");
  const bool uploads_input = settings.upload && settings.upload->second == "-";
  if ((settings.args == "-") + (settings.call_template == "-") + uploads_input > 1) {
    throw UsageError("standard input can be read only once");
  }
  return settings;
}

}  // namespace utcp::ws::program
