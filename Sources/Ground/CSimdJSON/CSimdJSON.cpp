#include "CSimdJSON.h"

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

using namespace simdjson;

namespace {

/// A number too large for simdjson: the how many-eth of the text it is, and how it was written.
struct Oversized {
    uint64_t ordinal;
    std::string text;
};

/// The greatest number of keys that are compared each with each; more are sorted.
constexpr size_t few_keys = 16;

}  // namespace

struct tributary_json_parser {
    dom::parser parser;
    std::unique_ptr<uint8_t[]> padded;
    size_t capacity = 0;
    std::vector<tributary_json_node> nodes;
    /// A stack: each open object has the keys it had so far at the end.
    std::vector<std::string_view> keys;
    std::vector<Oversized> oversized;
    uint64_t numbers = 0;
    size_t next_oversized = 0;
    std::string_view duplicate;
    uint32_t depth = 0;
    uint32_t maximum_depth = 0;
    bool has_duplicate = false;

    void load(const void *bytes, size_t count) {
        if (count > capacity || !padded) {
            capacity = std::max<size_t>(count * 2, 4096);
            padded.reset(new uint8_t[capacity + SIMDJSON_PADDING]());
        }
        if (count > 0) { std::memcpy(padded.get(), bytes, count); }
        std::memset(padded.get() + count, 0, SIMDJSON_PADDING);
    }

    /// False when it is too deep.
    bool walk(dom::element element, std::string_view key, bool has_key);
    bool walk_members(dom::object object);
    void compare_keys(size_t base);
    bool replace_oversized(size_t count);
    bool is_oversized(const uint8_t *token, size_t count);
    /// simdjson counts no empty container.
    bool descend() {
        depth += 1;
        return depth <= maximum_depth;
    }
    void append(const tributary_json_node &node) { nodes.push_back(node); }
};

/// Remembers the first key that its object has twice. The walk goes on, since depth is refused before that.
void tributary_json_parser::compare_keys(size_t base) {
    if (has_duplicate) { return; }
    auto first = keys.begin() + base;
    if (keys.size() - base <= few_keys) {
        for (auto one = first; one != keys.end(); ++one) {
            for (auto other = first; other != one; ++other) {
                if (one->size() == other->size() && *one == *other) {
                    duplicate = *one;
                    has_duplicate = true;
                    return;
                }
            }
        }
        return;
    }
    std::sort(first, keys.end());
    auto twin = std::adjacent_find(first, keys.end());
    if (twin == keys.end()) { return; }
    duplicate = *twin;
    has_duplicate = true;
}

bool tributary_json_parser::walk_members(dom::object object) {
    size_t base = keys.size();
    for (dom::key_value_pair member : object) {
        keys.push_back(member.key);
        if (!walk(member.value, member.key, true)) { return false; }
    }
    compare_keys(base);
    keys.resize(base);
    return true;
}

bool tributary_json_parser::walk(dom::element element, std::string_view key, bool has_key) {
    size_t index = nodes.size();
    tributary_json_node node = {};
    if (has_key) {
        node.key = reinterpret_cast<const uint8_t *>(key.data());
        node.key_count = uint32_t(key.size());
    }
    node.end = uint32_t(index + 1);
    bool is_number = false;
    switch (element.type()) {
    case dom::element_type::NULL_VALUE:
        node.kind = TRIBUTARY_JSON_NULL;
        break;
    case dom::element_type::BOOL:
        node.kind = TRIBUTARY_JSON_BOOL;
        node.bits = element.get_bool().value_unsafe();
        break;
    case dom::element_type::INT64:
        node.kind = TRIBUTARY_JSON_INTEGER;
        node.bits = uint64_t(element.get_int64().value_unsafe());
        is_number = true;
        break;
    case dom::element_type::UINT64:
        node.kind = TRIBUTARY_JSON_UNSIGNED;
        node.bits = element.get_uint64().value_unsafe();
        is_number = true;
        break;
    case dom::element_type::DOUBLE: {
        node.kind = TRIBUTARY_JSON_NUMBER;
        double number = element.get_double().value_unsafe();
        std::memcpy(&node.bits, &number, sizeof number);
        is_number = true;
        break;
    }
    case dom::element_type::STRING: {
        std::string_view text = element.get_string().value_unsafe();
        node.kind = TRIBUTARY_JSON_STRING;
        node.text = reinterpret_cast<const uint8_t *>(text.data());
        node.text_count = uint32_t(text.size());
        break;
    }
    case dom::element_type::ARRAY: {
        if (!descend()) { return false; }
        node.kind = TRIBUTARY_JSON_ARRAY;
        append(node);
        // Named, because a loop does not keep alive what its range was taken out of.
        dom::array array = element.get_array().value_unsafe();
        for (dom::element child : array) {
            if (!walk(child, {}, false)) { return false; }
        }
        nodes[index].end = uint32_t(nodes.size());
        depth -= 1;
        return true;
    }
    case dom::element_type::OBJECT: {
        if (!descend()) { return false; }
        node.kind = TRIBUTARY_JSON_OBJECT;
        append(node);
        if (!walk_members(element.get_object().value_unsafe())) { return false; }
        nodes[index].end = uint32_t(nodes.size());
        depth -= 1;
        return true;
    }
    }
    if (is_number) {
        if (next_oversized < oversized.size() && oversized[next_oversized].ordinal == numbers) {
            const std::string &text = oversized[next_oversized].text;
            node.kind = TRIBUTARY_JSON_OVERSIZED;
            node.bits = 0;
            node.text = reinterpret_cast<const uint8_t *>(text.data());
            node.text_count = uint32_t(text.size());
            next_oversized += 1;
        }
        numbers += 1;
    }
    append(node);
    return true;
}

namespace {

bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

bool is_number_byte(uint8_t byte) {
    return is_digit(byte) || byte == '-' || byte == '+' || byte == '.' || byte == 'e' || byte == 'E';
}

/// RFC 8259, section 6.
bool fits_number_grammar(const uint8_t *token, size_t count) {
    size_t index = 0;
    auto digits = [&] {
        size_t start = index;
        while (index < count && is_digit(token[index])) { index += 1; }
        return index - start;
    };
    if (index < count && token[index] == '-') { index += 1; }
    if (index < count && token[index] == '0') {
        index += 1;
    } else if (digits() == 0) {
        return false;
    }
    if (index < count && token[index] == '.') {
        index += 1;
        if (digits() == 0) { return false; }
    }
    if (index < count && (token[index] == 'e' || token[index] == 'E')) {
        index += 1;
        if (index < count && (token[index] == '+' || token[index] == '-')) { index += 1; }
        if (digits() == 0) { return false; }
    }
    return index == count;
}

}  // namespace

/// A number by the grammar that simdjson refuses to hold. The shortest is 1e309.
bool tributary_json_parser::is_oversized(const uint8_t *token, size_t count) {
    if (count < 5 || !fits_number_grammar(token, count)) { return false; }
    dom::parser alone;
    return alone.parse(reinterpret_cast<const char *>(token), count, true).error() != SUCCESS;
}

/// Writes `0` over each oversized number, and remembers what stood there. False when there is none.
bool tributary_json_parser::replace_oversized(size_t count) {
    uint8_t *text = padded.get();
    uint64_t ordinal = 0;
    bool in_string = false;
    for (size_t index = 0; index < count; index += 1) {
        if (in_string) {
            if (text[index] == '\\') {
                index += 1;
            } else if (text[index] == '"') {
                in_string = false;
            }
        } else if (text[index] == '"') {
            in_string = true;
        } else if (text[index] == '-' || is_digit(text[index])) {
            size_t end = index;
            while (end < count && is_number_byte(text[end])) { end += 1; }
            if (is_oversized(text + index, end - index)) {
                oversized.push_back({ordinal, std::string(text + index, text + end)});
                std::memset(text + index, ' ', end - index);
                text[index] = '0';
            }
            ordinal += 1;
            index = end - 1;
        }
    }
    return !oversized.empty();
}

extern "C" tributary_json_parser *tributary_json_create(uint32_t maximum_depth) {
    auto *made = new (std::nothrow) tributary_json_parser;
    if (made == nullptr) { return nullptr; }
    made->maximum_depth = maximum_depth;
    // simdjson refuses a container once its depth is equal to the limit.
    if (made->parser.allocate(4096, size_t(maximum_depth) + 1) != SUCCESS) {
        delete made;
        return nullptr;
    }
    return made;
}

extern "C" void tributary_json_destroy(tributary_json_parser *parser) { delete parser; }

extern "C" tributary_json_outcome tributary_json_parse(
    tributary_json_parser *parser, const void *bytes, size_t count
) {
    parser->nodes.clear();
    parser->keys.clear();
    parser->oversized.clear();
    parser->numbers = 0;
    parser->next_oversized = 0;
    parser->depth = 0;
    parser->has_duplicate = false;
    parser->load(bytes, count);

    tributary_json_outcome outcome = {};
    auto root = parser->parser.parse(parser->padded.get(), count, false);
    if (root.error() == NUMBER_ERROR && parser->replace_oversized(count)) {
        root = parser->parser.parse(parser->padded.get(), count, false);
    }
    error_code code = root.error();
    if (code == SUCCESS && !parser->walk(root.value_unsafe(), {}, false)) { code = DEPTH_ERROR; }
    if (code != SUCCESS) {
        const char *message = error_message(code);
        outcome.code = TRIBUTARY_JSON_REFUSED;
        outcome.message = reinterpret_cast<const uint8_t *>(message);
        outcome.message_count = uint32_t(std::strlen(message));
        return outcome;
    }
    if (parser->has_duplicate) {
        outcome.code = TRIBUTARY_JSON_DUPLICATE_KEY;
        outcome.message = reinterpret_cast<const uint8_t *>(parser->duplicate.data());
        outcome.message_count = uint32_t(parser->duplicate.size());
        return outcome;
    }
    outcome.code = TRIBUTARY_JSON_PARSED;
    outcome.nodes = parser->nodes.data();
    outcome.count = uint32_t(parser->nodes.size());
    return outcome;
}
