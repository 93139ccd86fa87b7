#include "input.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include <utcp_websocket/encoding.hpp>
#include <utcp_websocket/text.hpp>

#include "json_value.hpp"
#include "output.hpp"
#include "recipes.hpp"

namespace utcp::ws::program {
namespace {

/// 0, or the number of the error. `before_read` waits for it, where that may take long.
template <class Wait>
int read_all(int file, std::string& text, Wait before_read) {
  std::array<char, 65536> part{};
  while (true) {
    before_read();
    const ssize_t size = read(file, part.data(), part.size());
    if (size > 0) {
      text.append(part.data(), static_cast<std::size_t>(size));
    } else if (size == 0) {
      return 0;
    } else if (errno != EINTR) {
      return errno;
    }
  }
}

std::string file_text(const std::string& name) {
  std::string text;
  const int file = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  int error = file < 0 ? errno : 0;
  if (error == 0) error = read_all(file, text, [] {});
  if (file >= 0) close(file);
  if (error != 0) throw UsageError(concat({name, " cannot be read: ", name_of_errno(error)}));
  return text;
}

Json object_of(std::string_view text, const std::string& where) {
  Result<Json> value = json::parse(text);
  // Not what the parser says: it shows the text, which may hold secrets.
  if (!value) throw UsageError(where + " must be a JSON object, but this is not JSON");
  if (!value->is_object()) throw UsageError(where + " must be a JSON object");
  return std::move(*value);
}

/// Of these a template has one form or the other.
constexpr std::pair<std::string_view, std::string_view> kOtherForms[] = {
    {"message", "messages"}, {"connect", "connect_message"}, {"connect", "connect_ack"}};

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

}  // namespace

Json without_headers(Json call_template, const std::vector<std::string>& names) {
  const auto headers = call_template.find("headers");
  if (headers == call_template.end() || !headers->is_object()) return call_template;
  Json kept = Json::object();
  for (const auto& [name, value] : headers->items()) {
    const auto is_same = [own = lower(name)](const std::string& other) { return lower(other) == own; };
    if (std::none_of(names.begin(), names.end(), is_same)) kept[name] = value;
  }
  *headers = std::move(kept);
  return call_template;
}

void KnownSecrets::add(const std::string& secret) {
  const std::scoped_lock lock(mutex_);
  secrets_.add(secret);
}

void KnownSecrets::add_all(const Json& value) {
  if (value.is_string()) add(value.get_ref<const std::string&>());
  if (value.is_structured()) {
    for (const Json& member : value) add_all(member);
  }
}

std::string KnownSecrets::mask(std::string_view text) const {
  const std::scoped_lock lock(mutex_);
  return secrets_.mask(text);
}

Json KnownSecrets::masked(Json value) const {
  if (value.is_string()) return mask(value.get_ref<const std::string&>());
  if (value.is_structured()) {
    for (Json& member : value) member = masked(std::move(member));
  }
  return value;
}

Json Input::arguments(const std::optional<std::string>& typed, const std::vector<Settings::NameAndText>& data) const {
  Json arguments = Json::object();
  if (typed == "-") {
    arguments = object_of(standard_input(), "the arguments from standard input");
  } else if (typed && typed->starts_with('@')) {
    const std::string file = typed->substr(1);
    arguments = object_of(file_text(file), "the arguments in " + file);
  } else if (typed) {
    arguments = object_of(*typed, "the arguments");
  }
  for (const auto& [name, text] : data) {
    Result<Json> value = json::parse(text);
    arguments[name] = value ? std::move(*value) : Json(text);
  }
  return arguments;
}

Json Input::call_template(const Settings& settings) const {
  Json own = Json::object();
  std::string where;
  if (settings.call_template) {
    const std::string& file = *settings.call_template;
    const bool is_input = file == "-";
    where = is_input ? "the template from standard input" : "the template " + file;
    own = object_of(is_input ? standard_input() : file_text(file), where);
  }
  Json whole = settings.recipe ? recipe_of(*settings.recipe).call_template : Json::object();
  // What is replaced needs nothing of the environment.
  for (const auto& [name, value] : own.items()) {
    whole.erase(name);
    for (const auto& [one, other] : kOtherForms) {
      if (name == one) whole.erase(std::string(other));
      if (name == other) whole.erase(std::string(one));
    }
  }
  std::vector<std::string> typed;
  for (const auto& [name, value] : settings.headers) typed.push_back(name);
  whole = without_headers(std::move(whole), typed);
  own = without_headers(std::move(own), typed);
  if (settings.recipe) whole = fill_all(std::move(whole), "the recipe " + *settings.recipe, "");
  whole.update(fill_all(std::move(own), where, ""));
  return whole;
}

std::string Input::standard_input() const {
  std::string text;
  const int error = read_all(STDIN_FILENO, text, [this] { ending_.wait_for(STDIN_FILENO); });
  if (error != 0) throw UsageError("standard input cannot be read: " + name_of_errno(error));
  return text;
}

template <class Encode>
std::string Input::filled(std::string_view text, std::string_view where, Encode encode, bool is_secret) const {
  std::string out;
  while (true) {
    const std::size_t start = text.find("${");
    const std::size_t end = start == std::string_view::npos ? start : text.find('}', start);
    if (end == std::string_view::npos) return out.append(text);
    const bool stays = start > 0 && text[start - 1] == '$';
    out.append(text.substr(0, stays ? start - 1 : start));
    const std::string name(text.substr(start + 2, end - start - 2));
    if (stays) {
      out += encode(concat({"${", name, "}"}));
    } else {
      const char* const value = std::getenv(name.c_str());
      if (value == nullptr) {
        throw UsageError(concat({where, " needs ${", name, "}, which is not set in the environment"}));
      }
      if (is_secret) secrets_.add(value);
      out += encode(value);
    }
    text.remove_prefix(end + 1);
  }
}

std::string Input::fill(std::string_view text, std::string_view where) const {
  return filled(text, where, [](std::string value) { return value; });
}

namespace {

// A variable may hold more than the host: a user, a path and a query are secrets.
void add_beside_host(KnownSecrets& secrets, std::string_view filled) {
  const std::size_t scheme = filled.find("://");
  filled.remove_prefix(scheme == filled.npos ? 0 : scheme + 3);
  const std::string_view authority = filled.substr(0, filled.find_first_of("/?#"));
  if (const std::size_t user = authority.rfind('@'); user != authority.npos)
    secrets.add(std::string(authority.substr(0, user)));
  filled.remove_prefix(authority.size());
  const std::string_view path = filled.substr(0, filled.find('?'));
  secrets.add(std::string(path));
  filled.remove_prefix(path.size());
  if (!filled.empty()) secrets.add(std::string(filled.substr(1)));
}

}  // namespace

std::string Input::fill_url(std::string_view url, std::string_view where) const {
  const std::size_t query = url.find('?');
  const std::string_view place = url.substr(0, query);
  const std::size_t scheme = place.find("://");
  const std::size_t path = std::min(place.find('/', scheme == place.npos ? 0 : scheme + 3), place.size());
  const std::size_t user = place.substr(0, path).rfind('@');
  const std::size_t begin = user == place.npos ? 0 : user + 1;
  const std::string host = filled(
      place.substr(begin, path - begin), where, [](std::string value) { return value; }, false);
  add_beside_host(secrets_, host);
  std::string text = fill(place.substr(0, begin), where) + host + fill(place.substr(path), where);
  if (query == std::string_view::npos) return text;
  return text + filled(url.substr(query), where, [](const std::string& value) { return form_encode(value); });
}

Json Input::fill_all(Json value, std::string_view where, std::string_view name) const {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return name == "url" ? fill_url(text, where) : fill(text, where);
  }
  if (value.is_array()) {
    for (Json& item : value) item = fill_all(std::move(item), where, "");
  } else if (value.is_object()) {
    for (auto& [key, member] : value.items()) member = fill_all(std::move(member), where, key);
  }
  return value;
}

}  // namespace utcp::ws::program
