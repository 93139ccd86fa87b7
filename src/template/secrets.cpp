#include "secrets.hpp"

#include <algorithm>
#include <cstdint>

#include <utcp_websocket/encoding.hpp>
#include <utcp_websocket/json_text.hpp>

namespace utcp::ws {
namespace {

// That many bytes of a secret's start are taken for a quotation of it; at the end of a text, where it was perhaps cut
// off, fewer do.
constexpr std::size_t kTellingStart = 12;
// Values in queries that are shorter count only where their name speaks of a secret.
constexpr std::size_t kShortestUnnamed = 8;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

int hex_byte(std::string_view digits) {
  if (digits.size() < 2 || hex_digit(digits[0]) < 0 || hex_digit(digits[1]) < 0) return -1;
  return hex_digit(digits[0]) * 16 + hex_digit(digits[1]);
}

// A form-encoded blank is a plus: both are taken for the same.
char fold(char c) { return c == '+' ? ' ' : c; }

// A text with one layer of encoding taken off, and where in the original each byte stood.
struct Layer {
  std::string text;
  std::vector<std::uint32_t> places;  // one more than there are bytes
};

// Takes off percent-encoding and the escapes of JSON strings, whichever there are.
Layer decoded(const Layer& layer) {
  Layer out;
  const std::string_view text = layer.text;
  const auto put = [&out, &layer](std::string_view bytes, std::size_t from) {
    out.text += bytes;
    out.places.resize(out.text.size(), layer.places[from]);
  };
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t size = 1;
    if (text[i] == '%' && hex_byte(text.substr(i + 1)) >= 0) {
      size = 3;
      const char byte = fold(static_cast<char>(hex_byte(text.substr(i + 1))));
      put(std::string(1, byte), i);
    } else if (text[i] == '\\' && i + 1 < text.size()) {
      // A pair of surrogates is one character.
      size = text[i + 1] == 'u' ? 6 : 2;
      const bool is_high = size == 6 && (hex_byte(text.substr(i + 2)) & 0xFC) == 0xD8;
      if (is_high && i + 7 < text.size() && text[i + 6] == '\\' && text[i + 7] == 'u') size = 12;
      size = std::min(size, text.size() - i);
      std::string escaped = json::text_of(concat({"\"", text.substr(i, size), "\""}));
      std::transform(escaped.begin(), escaped.end(), escaped.begin(), fold);
      put(escaped, i);
    } else {
      const char c = fold(text[i]);
      put(std::string(1, c), i);
    }
    i += size;
  }
  out.places.push_back(layer.places.back());
  return out;
}

// RFC 4648 of `bytes` wherever they stand in what is encoded: without the digits that they share with their neighbours.
std::string base64_within(TextRef bytes, std::size_t shift, bool for_urls) {
  const std::string shifted = std::string(shift, ' ').append(bytes.view());
  std::string digits = for_urls ? base64url(shifted) : base64(shifted);
  digits.resize(shifted.size() * 8 / 6);
  return digits.substr(shift == 0 ? 0 : shift + 1);
}

bool names_a_secret(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  for (const char* word : {"token", "key", "secret", "pass", "auth", "credential", "ticket", "session"}) {
    if (lower.find(word) != lower.npos) return true;
  }
  return false;
}

// The end of the string literal that begins at `start`: after its quote.
std::size_t end_of_string(std::string_view text, std::size_t start) {
  std::size_t i = start + 1;
  while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2U : 1U;
  return std::min(i + 1, text.size());
}

// How many bytes of UTF-8 at the start of `text` are not to be shown: 0 where they are.
std::size_t unseen(std::string_view text) {
  const auto byte = [text](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  if (byte(0) < 0x20 || byte(0) == 0x7F) return 1;
  if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) < 0xA0) return 2;  // U+0080 to U+009F: C1 controls
  if (byte(0) == 0xD8 && byte(1) == 0x9C) return 2;                    // U+061C: direction
  if (byte(0) == 0xE2 && byte(1) == 0x80) {
    // U+200B to U+200F: no width, direction; U+2028 to U+202E: line separators, direction
    return (byte(2) >= 0x8B && byte(2) <= 0x8F) || (byte(2) >= 0xA8 && byte(2) <= 0xAE) ? 3 : 0;
  }
  if (byte(0) == 0xE2 && byte(1) == 0x81) return byte(2) >= 0xA0 && byte(2) <= 0xAF ? 3 : 0;  // U+2060 to U+206F
  if (byte(0) == 0xEF && byte(1) == 0xBB && byte(2) == 0xBF) return 3;                        // U+FEFF
  return byte(0) == 0xF3 && byte(1) == 0xA0 ? 4 : 0;                                          // U+E0000: tags
}

}  // namespace

void Secrets::add(TextRef secret) {
  const std::string_view text = secret.view();
  if (text.size() < kShortest || known_.size() >= kMost) return;
  std::vector<std::string> forms{std::string(text)};
  // Form-encoded it goes into the Basic header of token requests.
  for (const std::string& bytes : {std::string(text), form_encode(text)}) {
    for (std::size_t shift = 0; shift < 3; ++shift) {
      for (const bool for_urls : {false, true}) forms.push_back(base64_within(bytes, shift, for_urls));
    }
  }
  for (std::string& form : forms) {
    if (form.size() < kShortest || std::find(known_.begin(), known_.end(), form) != known_.end()) continue;
    starts_[static_cast<unsigned char>(form[0])] = true;
    starts_[static_cast<unsigned char>(fold(form[0]))] = true;
    known_.push_back(std::move(form));
  }
}

void Secrets::add_query(TextRef url) { add_query(url, kShortestUnnamed); }

void Secrets::add_query(TextRef url, std::size_t shortest) {
  const std::string_view text = url.view();
  const std::size_t question = text.find('?');
  if (question == text.npos) return;
  std::string_view query = text.substr(question + 1, text.find('#', question) - question - 1);
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    const std::size_t equals = parameter.find('=');
    const std::string value(equals == parameter.npos ? parameter : parameter.substr(equals + 1));
    const Layer encoded{value, std::vector<std::uint32_t>(value.size() + 1)};
    const std::string plain = decoded(encoded).text;
    // What is a word may be no secret, but what the peer speaks of.
    if (plain.size() < shortest && !names_a_secret(parameter.substr(0, equals))) continue;
    add(value);
    add(plain);
  }
}

void Secrets::add_url(TextRef url) {
  add(url);
  add_query(url, kShortest);
  std::string_view path = url.view().substr(0, url.view().find_first_of("?#"));
  path.remove_prefix(std::min(path.find('/', path.find("//") + 2), path.size()));
  const auto add_part = [this](std::string_view part) {
    if (part.size() >= kTellingStart) add(part);  // words are no secrets
  };
  add_part(path);
  while (!path.empty()) {
    path.remove_prefix(1);  // its slash
    const std::string_view part = path.substr(0, path.find('/'));
    add_part(part);
    path.remove_prefix(part.size());
  }
}

void Secrets::add(const std::vector<Header>& headers) {
  for (const Header& header : headers) add(header.second);
}

void Secrets::add(const Auth& auth) {
  add(auth.secret);
  add_query(auth.token_url);
}

void Secrets::add(const CallTemplate& call_template) {
  add(call_template.auth);
  add(call_template.headers);
  add_query(call_template.url.href);
  for (const ConnectStep* step = call_template.connect.get(); step != nullptr; step = step->next.get()) add(step->send);
  for (const AutoReply& reply : call_template.replies) add(reply.send);
  add(secrets_in_messages(call_template));
  add(call_template.discovery_message.plan({}));
  for (const auto& message :
       {&call_template.ping_message, &call_template.leave_message, &call_template.disconnect_message}) {
    if (*message) add((*message)->plan({}));
  }
}

namespace {

// Appends the values in a message of the template under names that speak of secrets: in JSON, also in its strings, and
// in lines of headers.
void append_named(std::vector<std::string>& out, std::string_view text) {
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find_first_of("\r\n"));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t end = line.find_first_of("\": ");
    if (end == line.npos || line[end] != ':' || !names_a_secret(line.substr(0, end))) continue;
    out.emplace_back(line.substr(std::min(line.find_first_not_of(' ', end + 1), line.size())));
  }
  std::string name;
  for (std::size_t i = text.find('"'); i < text.size(); i = text.find('"', i)) {
    const std::size_t end = end_of_string(text, i);
    std::string literal = json::text_of(text.substr(i, end - i));
    const std::size_t next = text.find_first_not_of(" \t\r\n", end);
    i = end;
    if (next != text.npos && text[next] == ':') {
      name = std::move(literal);
    } else if (name == kDigestName || names_a_secret(name)) {
      out.push_back(std::move(literal));
    } else {
      append_named(out, literal);
    }
  }
}

void append_named(std::vector<std::string>& out, const Plan& plan) {
  std::string message;
  for (const Piece& piece : plan) message += piece.text;
  append_named(out, message);
}

}  // namespace

std::vector<std::string> secrets_in_messages(const CallTemplate& call_template) {
  std::vector<std::string> secrets;
  append_named(secrets, call_template.message.plan({}));
  for (const MessageTemplate& message : call_template.more_messages) append_named(secrets, message.plan({}));
  return secrets;
}

void Secrets::add(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) add(secret);
}

void Secrets::add(const Plan& plan) {
  std::vector<std::string> secrets;
  append_named(secrets, plan);
  add(secrets);
}

void Secrets::add_captured(const Captured& captured) {
  for (const auto& [name, raw] : captured) {
    if (names_a_secret(name)) add(json::text_of(raw));
  }
}

// Marks in `hidden` what of `text` a secret stands in; returns whether there is any.
bool Secrets::hide(std::string_view text, std::vector<bool>& hidden) const {
  hidden.assign(text.size(), false);
  bool any = false;
  Layer layer{std::string(text), {}};
  for (std::uint32_t i = 0; i <= text.size(); ++i) layer.places.push_back(i);
  // As it is; decoded once; and once more, since errors quote what was encoded already.
  for (int depth = 0; depth < 3; ++depth) {
    if (depth > 0) layer = decoded(layer);
    const std::string_view here = layer.text;
    for (std::size_t at = 0; at < here.size(); ++at) {
      if (!starts_[static_cast<unsigned char>(here[at])]) continue;
      for (const std::string& secret : known_) {
        std::size_t same = 0;
        while (same < secret.size() && at + same < here.size() &&
               (depth == 0 ? here[at + same] == secret[same] : here[at + same] == fold(secret[same]))) {
          ++same;
        }
        const bool is_cut_off = at + same == here.size() && same >= kShortest;
        if (same < secret.size() && same < kTellingStart && !is_cut_off) continue;
        for (std::size_t i = layer.places[at]; i < layer.places[at + same]; ++i) hidden[i] = true;
        any = true;
      }
    }
  }
  return any;
}

std::string Secrets::mask(std::string_view text) const {
  std::vector<bool> hidden;
  if (known_.empty() || !hide(text, hidden)) return std::string(text);
  std::string masked;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Characters are hidden as a whole: their other bytes begin with 10 (RFC 3629 section 3).
    if (i > 0 && hidden[i - 1] && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) hidden[i] = true;
    if (!hidden[i]) {
      masked += text[i];
    } else if (i == 0 || !hidden[i - 1]) {
      masked += "***";
    }
  }
  return masked;
}

std::string Secrets::mask_json(std::string_view json) const {
  std::string masked;
  std::size_t copied = 0;
  for (std::size_t i = json.find('"'); i < json.size(); i = json.find('"', i)) {
    const std::size_t end = end_of_string(json, i);
    const std::string text = json::text_of(json.substr(i, end - i));
    const std::string shown = mask(text);
    if (shown != text) {
      append(masked, {json.substr(copied, i - copied), json::quote(shown)});
      copied = end;
    }
    i = end;
  }
  if (copied > 0) masked += json.substr(copied);
  return masked;
}

std::string printable(std::string_view text, std::size_t longest) {
  std::string out;
  std::size_t i = 0;
  while (i < text.size() && out.size() < longest) {
    const std::size_t size = unseen(text.substr(i));
    out += size > 0 ? ' ' : text[i];
    i += size > 0 ? size : 1;
  }
  // Not within a character.
  if (i < text.size()) {
    while (!out.empty() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) {
      out.pop_back();
      --i;
    }
  }
  return out;
}

std::string said(std::string_view text, const Secrets& secrets, std::size_t longest) {
  // What is cut off here is longer than what is shown, however much is masked before it.
  return printable(secrets.mask(text.substr(0, longest * 8)), longest);
}

}  // namespace utcp::ws
