package dev.airfoil.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonParserTest {
    @Test
    void everyKindOfValue() {
        Json parsed = JsonParser.parse(
                " { \"a\" : [1, -2.5e+3, 0, []], \"b\":{}, \"c\":true,\"d\":false ,\"e\":null,\"\":\"x\"}\r\n\t ");
        assertThat(parsed).isInstanceOfSatisfying(Json.Obj.class, object -> {
            assertThat(object.members().keySet()).containsExactly("a", "b", "c", "d", "e", "");
            assertThat(object.members().get("a"))
                    .isEqualTo(new Json.Arr(List.of(
                            new Json.Num("1"), new Json.Num("-2.5e+3"), new Json.Num("0"), new Json.Arr(List.of()))));
            assertThat(object.members().get("b")).isEqualTo(new Json.Obj(Map.of()));
            assertThat(object.members().get("c")).isEqualTo(new Json.Bool(true));
            assertThat(object.members().get("d")).isEqualTo(new Json.Bool(false));
            assertThat(object.members().get("e")).isEqualTo(new Json.Null());
            assertThat(object.members().get("")).isEqualTo(new Json.Str("x"));
        });
    }

    @Test
    void escapes() {
        assertThat(JsonParser.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83C\\udf4e\""))
                .isEqualTo(new Json.Str("\"\\/\b\f\n\r\t\u00e9\uD83C\uDF4E"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "a\"b\\c/d", "\n\r\t\b\u0001\u001f", "\u00e9 \uD83C\uDF4E \u2028"})
    void quotedTextComesBack(String text) {
        assertThat(JsonParser.parse(Json.quote(text))).isEqualTo(new Json.Str(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[",
                "[1",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "{\"a\" 1}",
                "{\"a\":}",
                "01",
                "+1",
                "1.",
                ".5",
                "1e",
                "-",
                "tru",
                "nul",
                "NaN",
                "'a'",
                "\"a",
                "\"\n\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\\u12\"",
                "\"\\ud800\"",
                "\"\\udc00x\"",
                "1 2",
                "[1] // no",
                "{\"a\":1,\"a\":2}",
                "\uFEFF1"
            })
    void whatIsNotJsonIsRefusedWithItsPlace(String text) {
        assertThatThrownBy(() -> JsonParser.parse(text))
                .isInstanceOf(JsonParser.Malformed.class)
                .hasMessageMatching("(?s).+ \\(character \\d+\\)");
    }

    @Test
    void depthIsBounded() {
        assertThat(JsonParser.parse("[".repeat(64) + "]".repeat(64))).isInstanceOf(Json.Arr.class);
        assertThatThrownBy(() -> JsonParser.parse("[".repeat(1_000_000)))
                .isInstanceOf(JsonParser.Malformed.class)
                .hasMessageContaining("64 deep");
    }

    @Test
    void repeatedNameIsNamed() {
        assertThatThrownBy(() -> JsonParser.parse("{\"w\":1,\"w\":1}")).hasMessageContaining("\"w\" occurs twice");
    }
}
