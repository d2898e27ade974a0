package dev.airfoil.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.TensorException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The expected ids were written by Hugging Face's tokenizers 0.23.2 from the same tokenizer files. */
class WordPieceTest {
    private static final WordPiece E5 = open("/e5-small-v2-tokenizer.json");
    private static final WordPiece CASED = open("/wordpiece/cased.json");

    private static WordPiece open(String resource) {
        try (InputStream in = stream(resource)) {
            return WordPiece.read(in, resource);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static InputStream stream(String resource) {
        InputStream in = WordPieceTest.class.getResourceAsStream(resource);
        if (in == null) {
            throw new AssertionError(resource + " is not on the class path");
        }
        return in;
    }

    static Stream<Arguments> cases() throws IOException {
        return Stream.concat(cases("e5", E5), cases("cased", CASED));
    }

    private static Stream<Arguments> cases(String name, WordPiece tokenizer) throws IOException {
        List<Arguments> cases = new ArrayList<>();
        try (InputStream in = stream("/wordpiece/" + name + "-cases.json")) {
            for (JsonNode row : JsonMapper.shared().readTree(in).values()) {
                List<Integer> ids =
                        row.path("ids").values().stream().map(JsonNode::asInt).toList();
                cases.add(Arguments.of(name, tokenizer, row.path("text").asString(), ids));
            }
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("cases")
    void givesTheIdsOfHuggingFace(String name, WordPiece tokenizer, String text, List<Integer> ids) {
        Encoding encoding = tokenizer.encode(text, 512);
        assertThat(encoding.ids()).isEqualTo(ids);
        assertThat(encoding.cut()).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("cases")
    void everyLimitKeepsTheFirstTokens(String name, WordPiece tokenizer, String text, List<Integer> ids) {
        for (int limit = 2; limit <= ids.size(); limit++) {
            Encoding encoding = tokenizer.encode(text, limit);
            assertThat(encoding.ids()).hasSize(limit).endsWith(ids.getLast());
            assertThat(encoding.ids().subList(0, limit - 1)).isEqualTo(ids.subList(0, limit - 1));
            assertThat(encoding.cut().isEmpty()).isEqualTo(limit == ids.size());
            assertThat(text.strip()).endsWith(encoding.cut());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | A Café, please",
                "3 | Café, please",
                "4 | , please",
                "5 | please",
                "6 | ''",
            })
    void tellsWhatWasCutAsTheUserWroteIt(int limit, String cut) {
        assertThat(E5.encode("  A Café, please ", limit).cut()).isEqualTo(cut);
    }

    @Test
    void tellsWhereInsideAWordItStopped() {
        assertThat(E5.encode("a Brûlée", 4).cut()).isEqualTo("ûlée"); // a | br | ##ule | ##e
        assertThat(E5.encode("a Brûlée", 5).cut()).isEqualTo("e");
        assertThat(E5.encode("go [MASK] now", 3).cut()).isEqualTo("[MASK] now");
        assertThat(E5.encode("木 𠀀 b", 3).cut()).isEqualTo("𠀀 b");
    }

    @Test
    void batchesArePaddedToTheLongestOrToTheLimit() {
        List<String> texts = List.of("a red apple", "", "a red apple, Noto style, and more");
        TokenBatch longest = E5.encode(texts, 8, Padding.TO_LONGEST);
        assertThat(longest.length()).isEqualTo(8);
        assertThat(longest.ids())
                .startsWith(101, 1037, 2417, 6207, 102, 0, 0, 0, 101, 102, 0, 0, 0, 0, 0, 0, 101, 1037)
                .hasSize(24)
                .endsWith(102);
        assertThat(longest.mask())
                .containsExactly(1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
        assertThat(longest.cut()).containsExactly("", "", "style, and more");

        assertThat(E5.encode(texts.subList(0, 2), 8, Padding.TO_LONGEST).length())
                .isEqualTo(5);
        assertThat(E5.encode(texts.subList(0, 2), 7, Padding.TO_LIMIT).mask())
                .containsExactly(1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0);
        assertThat(E5.encode(List.of(), 7, Padding.TO_LONGEST).ids()).isEmpty();
        assertThat(CASED.encode(List.of("a", ""), 9, Padding.TO_LONGEST).ids()).containsExactly(1, 4, 2, 1, 2, 3);
    }

    @Test
    void vocabularySizeCoversAddedTokens() {
        assertThat(E5.vocabularySize()).isEqualTo(30522);
        assertThat(CASED.vocabularySize()).isEqualTo(20);
        assertThat(CASED.padId()).isEqualTo(3);
    }

    @Test
    void halfACharacterIsDroppedNotMisread() {
        assertThat(E5.encode("a\ud83d red", 8)).isEqualTo(E5.encode("a red", 8));
    }

    @Test
    void aLimitWithoutRoomForTheFrameIsRefused() {
        assertThatThrownBy(() -> E5.encode("a", 1))
                .isInstanceOf(TensorException.class)
                .hasMessage("a limit of 1 tokens has no room for the 2 special tokens that frame every text");
    }

    static Stream<Arguments> badFiles() throws IOException {
        String good;
        try (InputStream in = stream("/wordpiece/cased.json")) {
            good = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        return Stream.of(
                Arguments.of("", "no model where WordPiece"),
                Arguments.of("{\"model\": ", "is not a JSON file"),
                Arguments.of(good.replace("\"WordPiece\"", "\"BPE\""), "has the BPE model where WordPiece is"),
                Arguments.of(good.replace("BertPreTokenizer", "ByteLevel"), "has the ByteLevel pre_tokenizer where"),
                Arguments.of(good.replace("BertNormalizer", "NFC"), "has the NFC normalizer where"),
                Arguments.of(good.replace("BertProcessing", "ByteLevel"), "has the ByteLevel post_processor where"),
                Arguments.of(good.replace("\"[UNK]\": 0,", ""), "has no token [UNK] in its vocabulary"),
                Arguments.of(good.replace("\"a\": 4", "\"a\": -4"), "gives token 'a' the id -4 where"),
                Arguments.of(good.replace("\"a\": 4", "\"a\": \"x\""), "gives token 'a' the id \"x\" where"),
                Arguments.of(good.replace("[\"[CLS]\", 1]", "[\"[CLS]\"]"), "gives post_processor.cls the id"),
                Arguments.of(good.replaceFirst("\"normalized\": false", "\"normalized\": true"), "token '[UNK]'"),
                Arguments.of(good.replaceAll("(?s)\"vocab\": \\{.*?}", "\"vocab\": {}"), "has no vocabulary"));
    }

    @ParameterizedTest
    @MethodSource("badFiles")
    void filesThatCannotBeFollowedAreRefused(String json, String message) {
        InputStream in = new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> WordPiece.read(in, "t.json"))
                .isInstanceOf(TensorException.class)
                .hasMessageStartingWith("t.json ")
                .hasMessageContaining(message);
    }
}
