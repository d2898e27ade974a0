package dev.airfoil.train.data;

import java.util.Locale;
import java.util.Optional;

/**
 * The groups that the sampler balances over: Unicode's, with hands and other parts of the body taken out of "people
 * &amp; body", which holds more than half of all pictures because of its skin tones.
 */
enum EmojiGroup {
    SMILEYS(0),
    PEOPLE(1),
    HANDS(1),
    ANIMALS(3),
    FOOD(4),
    TRAVEL(5),
    ACTIVITIES(6),
    OBJECTS(7),
    SYMBOLS(8),
    FLAGS(9);

    private static final int LAST_BODY_PART_SUBGROUP = 22;

    private final int number;

    EmojiGroup(int number) {
        this.number = number;
    }

    /** Its name in a stored set. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The group of emojibase's numbers. Empty for components (group 2: skin tone swatches and loose hair), which are
     * not pictures of anything.
     */
    static Optional<EmojiGroup> of(int group, int subgroup) {
        if (group == PEOPLE.number) {
            return Optional.of(subgroup <= LAST_BODY_PART_SUBGROUP ? HANDS : PEOPLE);
        }
        for (EmojiGroup candidate : values()) {
            if (candidate.number == group) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
