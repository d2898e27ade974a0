package dev.airfoil.train.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * What Unicode says of one emoji, skin tones included.
 *
 * @param hexcode code points in hexadecimal joined by {@code -}, without the variation selector FE0F
 * @param concept the hexcode of the same emoji without skin tones
 * @param label CLDR's name, such as {@code woman mage: medium-light skin tone}
 * @param tags CLDR's search words
 * @param group for the sampler's balance
 * @param subgroup emojibase's number; the grammar knows clocks and zodiac signs by it
 */
record Emoji(String hexcode, String concept, String label, List<String> tags, EmojiGroup group, int subgroup) {
    static final int TIME = 58;
    static final int ZODIAC = 87;

    Emoji {
        tags = List.copyOf(tags);
    }

    /** Every emoji of emojibase's {@code data.json} that is a picture, each followed by its skin tones. */
    static List<Emoji> parse(JsonNode data) {
        List<Emoji> all = new ArrayList<>();
        for (JsonNode base : data.values()) {
            int subgroup = base.path("subgroup").asInt(-1);
            EmojiGroup.of(base.path("group").asInt(-1), subgroup).ifPresent(group -> {
                String concept = key(base.path("hexcode").stringValue());
                List<String> tags = base.path("tags").values().stream()
                        .map(JsonNode::stringValue)
                        .toList();
                all.add(new Emoji(concept, concept, base.path("label").stringValue(), tags, group, subgroup));
                for (JsonNode skin : base.path("skins").values()) {
                    String hexcode = key(skin.path("hexcode").stringValue());
                    all.add(new Emoji(hexcode, concept, skin.path("label").stringValue(), tags, group, subgroup));
                }
            });
        }
        return List.copyOf(all);
    }

    /** A hexcode as every source can agree on it: upper case, without FE0F, which some sources leave out. */
    static String key(String hexcode) {
        return hexcode.toUpperCase(Locale.ROOT).replace("-FE0F", "");
    }
}
