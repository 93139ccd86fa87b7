#include "json_text.hpp"

#include <algorithm>
#include <set>

#include <utcp_websocket/text.hpp>

#include "json_decimal.hpp"
#include "json_scanner.hpp"

namespace utcp::ws::json {
namespace {

// The members or elements of the outermost object or array.
class ItemList final : public ScanListener {
 public:
  void open(bool is_object) override {
    if (depth_++ == 0) in_array_ = !is_object;
  }
  void name(std::string_view literal) override {
    if (depth_ == 1) items.emplace_back().first = text_of(literal);
  }
  void scalar(std::string_view raw) override { value(raw); }
  void close(std::string_view raw) override {
    --depth_;
    value(raw);
  }

  Members items;

 private:
  void value(std::string_view raw) {
    if (depth_ != 1) return;
    if (in_array_) items.emplace_back();
    items.back().second = raw;
  }

  std::size_t depth_ = 0;
  bool in_array_ = false;
};

// Of members with one name the last counts, as in `JSON.parse`. A set, since comparing each name with all others would
// take a hostile object quadratic time.
void keep_last_of_each_name(Members& members) {
  std::set<std::string_view> names;
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    if (!names.insert(member->first).second) member->second = {};
  }
  if (names.size() == members.size()) return;
  names.clear();  // its views end here
  std::erase_if(members, [](const Member& member) { return member.second.empty(); });
}

ErrorPtr read_items(std::string_view text, std::size_t max_depth, Members& items) {
  ItemList list;
  if (ErrorPtr error = read(text, max_depth, list)) return error;
  items = std::move(list.items);
  return nullptr;
}

}  // namespace

Result<Members> members(std::string_view object, std::size_t max_depth) {
  Result<Members> result;
  ErrorPtr error = read_items(object, max_depth, result.value());
  object.remove_prefix(std::min(object.find_first_not_of(" \t\r\n"), object.size()));
  if (error == nullptr && !object.starts_with('{')) {
    error = make_error(ErrorCode::invalid_json, concat({"it must be an object; got ", type_summary(object)}));
  }
  keep_last_of_each_name(result.value());
  result.fail(std::move(error));
  return result;
}

Members members_of(std::string_view valid_object) {
  if (!valid_object.starts_with('{')) return {};
  return std::move(members(valid_object, kNoDepthLimit)).value();
}

std::vector<std::string_view> elements_of(std::string_view valid_array) {
  std::vector<std::string_view> elements;
  Members items;
  if (valid_array.starts_with('[') && read_items(valid_array, kNoDepthLimit, items) == nullptr) {
    for (const Member& item : items) elements.push_back(item.second);
  }
  return elements;
}

std::vector<std::string_view> elements_of(std::string_view valid_array, std::size_t most, std::size_t& count) {
  // What is not kept costs nothing, however much it is.
  class Elements final : public ScanListener {
   public:
    explicit Elements(std::size_t most) : most_(most) {}
    void open(bool /*is_object*/) override { ++depth_; }
    void name(std::string_view /*literal*/) override {}
    void scalar(std::string_view raw) override { value(raw); }
    void close(std::string_view raw) override {
      --depth_;
      value(raw);
    }
    std::vector<std::string_view> kept;
    std::size_t count = 0;

   private:
    void value(std::string_view raw) {
      if (depth_ == 1 && ++count <= most_) kept.push_back(raw);
    }
    std::size_t most_;
    std::size_t depth_ = 0;
  };
  Elements elements(most);
  (void)read(valid_array, kNoDepthLimit, elements);
  count = elements.count;
  return std::move(elements.kept);
}

std::string_view find(const Members& members, const char* name) {
  for (const Member& member : members) {
    if (member.first == name) return member.second;
  }
  return {};
}

void append_member(std::string& object, TextRef name, TextRef value) {
  append(object, {object.empty() ? "{" : ",", quote(name), ":", value});
}

std::string_view type_summary(std::string_view json_value) {
  switch (json_value.front()) {
    case '{':
      return "an object";
    case '[':
      return "an array";
    case '"':
      return "a string";
    case 't':
    case 'f':
      return "a boolean";
    case 'n':
      return "null";
    default:
      return "a number";
  }
}

std::string summary(std::string_view json_value) {
  constexpr std::size_t kLongestShown = 40;
  if (is_string(json_value)) {
    const std::string text = text_of(json_value);
    if (text.size() > kLongestShown) return concat({"a string of ", to_text(text.size()), " bytes"});
    return quote(text);
  }
  const bool shown = json_value.front() != '{' && json_value.front() != '[' && json_value.size() <= kLongestShown;
  return std::string(shown ? json_value : type_summary(json_value));
}

std::string compact(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_string = !in_string;
    if (c == '\\' && i + 1 < text.size()) {
      out += c;
      out += text[++i];  // so that an escaped quote does not end the string
    } else if (in_string || !(c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
      out += c;
    }
  }
  return out;
}

bool same(std::string_view left, std::string_view right) {
  if (is_number(left) && is_number(right)) return decimal(left) == decimal(right);
  if (is_string(left) && is_string(right)) return text_of(left) == text_of(right);
  return compact(left) == compact(right);
}

}  // namespace utcp::ws::json
