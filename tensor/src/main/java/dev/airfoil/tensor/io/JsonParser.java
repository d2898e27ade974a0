package dev.airfoil.tensor.io;

import dev.airfoil.tensor.TensorException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * RFC 8259 and nothing beyond it: no comments, no duplicate names, no text after the value. Recursive descent; the
 * depth is bounded, so that a hostile header cannot exhaust the stack.
 */
final class JsonParser {
    private static final int MAX_DEPTH = 64;

    /** What is wrong with a text, and where. */
    static final class Malformed extends TensorException {
        private static final long serialVersionUID = 1L;

        private Malformed(String message) {
            super(message);
        }
    }

    private final String text;
    private int at;
    private int depth;

    private JsonParser(String text) {
        this.text = text;
    }

    /** @throws Malformed if {@code text} is not one JSON value */
    static Json parse(String text) {
        JsonParser parser = new JsonParser(text);
        parser.skipSpace();
        Json value = parser.value();
        parser.skipSpace();
        if (parser.at < text.length()) {
            throw parser.error("text follows the value");
        }
        return value;
    }

    private Json value() {
        if (depth == MAX_DEPTH) {
            throw error("values are nested more than " + MAX_DEPTH + " deep");
        }
        depth++;
        Json value = switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> new Json.Str(string());
            case 't' -> literal("true", new Json.Bool(true));
            case 'f' -> literal("false", new Json.Bool(false));
            case 'n' -> literal("null", new Json.Null());
            default -> number();
        };
        depth--;
        return value;
    }

    private Json object() {
        Map<String, Json> members = new LinkedHashMap<>();
        at++;
        skipSpace();
        if (take('}')) {
            return new Json.Obj(members);
        }
        do {
            skipSpace();
            if (peek() != '"') {
                throw error("a name in quotes is missing");
            }
            String name = string();
            skipSpace();
            expect(':');
            skipSpace();
            if (members.containsKey(name)) {
                throw error("the name " + Json.quote(name) + " occurs twice");
            }
            members.put(name, value());
            skipSpace();
        } while (take(','));
        expect('}');
        return new Json.Obj(members);
    }

    private Json array() {
        List<Json> elements = new ArrayList<>();
        at++;
        skipSpace();
        if (take(']')) {
            return new Json.Arr(elements);
        }
        do {
            skipSpace();
            elements.add(value());
            skipSpace();
        } while (take(','));
        expect(']');
        return new Json.Arr(elements);
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        at++;
        while (true) {
            char c = next();
            if (c == '"') {
                break;
            }
            if (c < 0x20) {
                throw error("a control character stands in a string");
            }
            out.append(c == '\\' ? escape() : c);
        }
        String value = out.toString();
        if (value.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw error("a string holds half of a surrogate pair");
        }
        return value;
    }

    private char escape() {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> (char) (hex() << 12 | hex() << 8 | hex() << 4 | hex());
            default -> throw error("an escape is not one of JSON's");
        };
    }

    private int hex() {
        char c = next();
        int digit = c < 0x80 ? Character.digit(c, 16) : -1;
        if (digit < 0) {
            throw error("an escape \\u lacks its four hexadecimal digits");
        }
        return digit;
    }

    private Json number() {
        int start = at;
        take('-');
        if (!take('0')) {
            digits();
        }
        if (take('.')) {
            digits();
        }
        if (take('e') || take('E')) {
            if (!take('+')) {
                take('-');
            }
            digits();
        }
        return new Json.Num(text.substring(start, at));
    }

    private void digits() {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw error("a value is missing");
        }
    }

    private Json literal(String word, Json value) {
        if (!text.startsWith(word, at)) {
            throw error("a value is missing");
        }
        at += word.length();
        return value;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw error("the text ends too early");
        }
        return text.charAt(at);
    }

    private char next() {
        char c = peek();
        at++;
        return c;
    }

    private boolean take(char wanted) {
        boolean found = at < text.length() && text.charAt(at) == wanted;
        at += found ? 1 : 0;
        return found;
    }

    private void expect(char wanted) {
        if (!take(wanted)) {
            throw error("'" + wanted + "' is missing");
        }
    }

    private Malformed error(String what) {
        return new Malformed(what + " (character " + at + ")");
    }
}
