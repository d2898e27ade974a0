package dev.airfoil.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptionGrammarTest {
    private static final CaptionGrammar GRAMMAR = new CaptionGrammar();

    private static Emoji emoji(String label, int subgroup, EmojiGroup group, String... tags) {
        return new Emoji("1", "1", label, List.of(tags), group, subgroup);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "red apple | a red apple",
                "orange heart | an orange heart",
                "unicorn | a unicorn",
                "ewe | a ewe",
                "euro banknote | a euro banknote",
                "one-piece swimsuit | a one-piece swimsuit",
                "hourglass done | an hourglass with all the sand at the bottom",
                "umbrella | an umbrella",
                "ATM sign | an ATM sign",
                "SOS button | an SOS button",
                "NEW button | a NEW button",
                "UP! button | an UP! button",
                "AB button (blood type) | an AB blood type button",
                "x-ray | an x-ray",
                "grapes | grapes",
                "scissors | scissors",
                "compass | a compass",
                "octopus | an octopus",
                "rhinoceros | a rhinoceros",
                "bread | bread",
                "ear of corn | an ear of corn",
                "nest with eggs | a nest with eggs",
                "face with tongue | a face with a tongue",
                "face with tears of joy | a face with tears of joy",
                "grinning face with sweat | a grinning face with sweat",
                "heart with arrow | a heart with an arrow",
                "two hearts | two hearts",
                "sun behind rain cloud | a sun behind a rain cloud",
                "Santa Claus | Santa Claus",
                "no smoking | a no smoking sign",
                "three-thirty | a clock showing three-thirty",
                "woman’s hat | a woman's hat",
                "Japanese “here” button | a Japanese \"here\" button",
                "keycap: # | a keycap with a hash sign",
                "keycap: 10 | a keycap with the number 10",
                "flag: France | the flag of France",
                "flag: Netherlands | the flag of the Netherlands",
                "flag: Cook Islands | the flag of the Cook Islands",
                "flag: Hong Kong SAR China | the flag of Hong Kong",
                "flag: Antigua & Barbuda | the flag of Antigua and Barbuda",
                "flag: Myanmar (Burma) | the flag of Myanmar",
            })
    void namesThings(String label, String phrase) {
        assertThat(GRAMMAR.phrase(emoji(label, -1, EmojiGroup.OBJECTS))).isEqualTo(phrase);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "woman mage | a woman mage",
                "woman mage: medium-light skin tone | a woman mage with medium-light skin",
                "man in tuxedo | a man in a tuxedo",
                "man in tuxedo: dark skin tone | a man with dark skin in a tuxedo",
                "person with white cane: light skin tone, facing right "
                        + "| a person with light skin and a white cane, facing right",
                "man lifting weights | a man lifting weights",
                "woman getting haircut: medium skin tone | a woman with medium skin getting a haircut",
                "person walking: facing right | a person walking, facing right",
                "waving hand: light skin tone | a waving hand with light skin",
                "person: blond hair | a person with blond hair",
                "man: medium skin tone, red hair | a man with medium skin and red hair",
                "woman: beard | a woman with a beard",
                "woman: dark skin tone, bald | a bald woman with dark skin",
                "handshake: light skin tone, dark skin tone | a hand with light skin and a hand with dark skin shaking",
                "people holding hands | two people holding hands",
                "women holding hands: light skin tone | two women with light skin holding hands",
                "women with bunny ears: medium skin tone | two women with medium skin and bunny ears",
                "woman and man holding hands: light skin tone, dark skin tone "
                        + "| a woman with light skin and a man with dark skin holding hands",
                "kiss | two people kissing",
                "kiss: woman, man | a woman and a man kissing",
                "couple with heart: man, man, light skin tone, medium skin tone "
                        + "| a man with light skin and a man with medium skin, with a heart between them",
                "family: man, woman, girl, boy | a family of a man, a woman, a girl and a boy",
                "family: woman, woman, boy, boy | a family of two women and two boys",
                "family: adult, child | a family of an adult and a child",
            })
    void namesPeople(String label, String phrase) {
        assertThat(GRAMMAR.phrase(emoji(label, -1, EmojiGroup.PEOPLE))).isEqualTo(phrase);
    }

    @Test
    void zodiacSignsSayThatTheyAre() {
        assertThat(GRAMMAR.phrase(emoji("Leo", Emoji.ZODIAC, EmojiGroup.SYMBOLS)))
                .isEqualTo("the zodiac sign Leo");
    }

    @Test
    void aThingHasFourCaptionsAndTheFirstIsThePrompt() {
        Emoji apple = emoji("red apple", 42, EmojiGroup.FOOD, "apple", "fruit", "health", "red", "ripe");

        List<String> captions = GRAMMAR.captions(apple, "Noto style");

        assertThat(captions).hasSize(4).doesNotHaveDuplicates();
        assertThat(captions.get(0)).isEqualTo("a red apple, Noto style");
        assertThat(captions.get(1)).isEqualTo("a red apple");
        assertThat(captions.get(2)).matches("a red apple, (fruit|health|ripe), (fruit|health|ripe), Noto style");
        assertThat(captions.get(3).split(", ")).containsExactlyInAnyOrder("fruit", "health", "ripe", "Noto style");
    }

    @Test
    void aSkinToneIsInEveryCaption() {
        Emoji hand = emoji("waving hand: dark skin tone", 16, EmojiGroup.HANDS, "bye", "greetings", "hello");

        assertThat(GRAMMAR.captions(hand, "Fluent style")).hasSize(3).allMatch(c -> c.contains("dark skin"));
    }

    @Test
    void nothingIsSaidTwice() {
        assertThat(GRAMMAR.captions(emoji("flag: France", 98, EmojiGroup.FLAGS, "FR", "flag"), "Twemoji style"))
                .containsExactly("the flag of France, Twemoji style", "the flag of France");
    }
}
