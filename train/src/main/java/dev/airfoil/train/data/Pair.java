package dev.airfoil.train.data;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.TensorException;
import java.util.List;

/**
 * One picture's words: row {@code i} of a set's {@code pairs.jsonl}, whose pixels are row {@code i} of its pixel file.
 *
 * @param id unique in the set, such as {@code noto/1F34E}, or the file's path in a folder
 * @param concept what the picture shows whatever its style or skin tone; the unit of the {@link Split}
 * @param group what the {@link BalancedSampler} balances over, such as {@code food-drink}
 * @param style the art style, such as {@code Noto style}; empty where there is none to tell
 * @param licence of the picture
 * @param split whether training may see it
 * @param captions at least one; the first is the canonical prompt
 */
@JsonPropertyOrder({"id", "concept", "group", "style", "licence", "split", "captions"})
public record Pair(
        String id, String concept, String group, String style, Licence licence, Split split, List<String> captions) {
    public Pair {
        Dims.given("a pair", "id", id);
        Dims.given("a pair", "concept", concept);
        Dims.given("a pair", "group", group);
        Dims.given("a pair", "style", style);
        Dims.given("a pair", "licence", licence);
        Dims.given("a pair", "split", split);
        Dims.given("a pair", "captions", captions);
        captions = List.copyOf(captions);
        if (id.isBlank() || concept.isBlank() || group.isBlank()) {
            throw new TensorException("a pair needs an id, a concept and a group, but was given id=\"" + id
                    + "\", concept=\"" + concept + "\", group=\"" + group + "\"");
        }
        if (captions.isEmpty() || captions.stream().anyMatch(String::isBlank)) {
            throw new TensorException("the pair " + id + " needs at least one caption, and none may be blank");
        }
    }

    /** The canonical prompt. */
    public String caption() {
        return captions.getFirst();
    }
}
