package dev.airfoil.text;

import dev.airfoil.tensor.TensorException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the rules of a {@link WordPiece} from a Hugging Face {@code tokenizer.json}. What the file asks for and
 * Airfoil does not do is an error, never ignored: ids that are a little wrong make pictures that are a little wrong.
 *
 * @param source what to call the file in messages
 */
record WordPieceJson(String source) {
    private static final JsonNodeFactory OBJECTS = JsonNodeFactory.instance;

    WordPiece.Rules read(InputStream in) {
        JsonNode root;
        Map<String, Integer> vocabulary = new HashMap<>(1 << 16);
        try (JsonParser parser = JsonMapper.shared().createParser(in)) {
            root = parser.nextToken() == JsonToken.START_OBJECT ? object(parser, "", vocabulary) : OBJECTS.objectNode();
        } catch (JacksonException e) {
            throw new TensorException(source + " is not a JSON file: " + e.getOriginalMessage(), e);
        }
        JsonNode model = root.path("model");
        want(model, "model", "WordPiece");
        want(root.path("pre_tokenizer"), "pre_tokenizer", "BertPreTokenizer");
        if (vocabulary.isEmpty()) {
            throw new TensorException(source + " has no vocabulary (model.vocab)");
        }
        Map<String, Integer> special = special(root.path("added_tokens"));
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        frame(root.path("post_processor"), before, after);
        return new WordPiece.Rules(
                vocabulary,
                special,
                normalizer(root.path("normalizer")),
                known(vocabulary, model.path("unk_token").asString("[UNK]")),
                model.path("continuing_subword_prefix").asString("##"),
                model.path("max_input_chars_per_word").asInt(100),
                before,
                after,
                padId(root.path("padding"), vocabulary, special));
    }

    /** The object at {@code path} as a tree, but for the vocabulary: a tree of all its tokens would take long to build. */
    private ObjectNode object(JsonParser in, String path, Map<String, Integer> vocabulary) {
        ObjectNode node = OBJECTS.objectNode();
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = in.currentName();
            String where = path + name;
            boolean isObject = in.nextToken() == JsonToken.START_OBJECT;
            if (isObject && where.equals("model")) {
                node.set(name, object(in, "model.", vocabulary));
            } else if (isObject && where.equals("model.vocab")) {
                tokens(in, vocabulary);
            } else {
                node.set(name, in.<JsonNode>readValueAsTree());
            }
        }
        return node;
    }

    private void tokens(JsonParser in, Map<String, Integer> vocabulary) {
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            String token = in.currentName();
            boolean isInt =
                    in.nextToken() == JsonToken.VALUE_NUMBER_INT && in.getNumberType() == JsonParser.NumberType.INT;
            vocabulary.put(
                    token,
                    isInt && in.getIntValue() >= 0
                            ? in.getIntValue()
                            : id(in.<JsonNode>readValueAsTree(), "token '" + token + "'"));
        }
    }

    /** Checks the type of one stage of the pipeline. */
    private void want(JsonNode node, String stage, String type) {
        String found = node.path("type").asString("");
        if (!found.equals(type)) {
            throw new TensorException(source + " has " + (found.isEmpty() ? "no" : "the " + found) + " " + stage
                    + " where " + type + " is the one that can be read");
        }
    }

    private BertNormalizer normalizer(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return new BertNormalizer(Set.of());
        }
        want(node, "normalizer", "BertNormalizer");
        Set<BertNormalizer.Step> steps = EnumSet.noneOf(BertNormalizer.Step.class);
        boolean lowercase = node.path("lowercase").asBoolean(true);
        // Left open, accents go where capitals go: cased models keep both.
        JsonNode accents = node.path("strip_accents");
        boolean strip = accents.isBoolean() ? accents.asBoolean() : lowercase;
        add(steps, BertNormalizer.Step.CLEAN_TEXT, node.path("clean_text").asBoolean(true));
        add(
                steps,
                BertNormalizer.Step.SPACE_CHINESE,
                node.path("handle_chinese_chars").asBoolean(true));
        add(steps, BertNormalizer.Step.STRIP_ACCENTS, strip);
        add(steps, BertNormalizer.Step.LOWERCASE, lowercase);
        return new BertNormalizer(steps);
    }

    private static void add(Set<BertNormalizer.Step> steps, BertNormalizer.Step step, boolean wanted) {
        if (wanted) {
            steps.add(step);
        }
    }

    private Map<String, Integer> special(JsonNode tokens) {
        Map<String, Integer> special = new HashMap<>();
        for (JsonNode token : tokens.values()) {
            String content = token.path("content").asString("");
            // A token stripped of white space at its sides needs no care: BERT drops white space anyway.
            if (content.isEmpty()
                    || token.path("normalized").asBoolean(false)
                    || token.path("single_word").asBoolean(false)) {
                throw new TensorException(source + " has the added token '" + content
                        + "', which is empty or to be matched after normalising or as a whole word:"
                        + " only tokens that are matched as written can be read");
            }
            special.put(content, id(token.path("id"), "added token '" + content + "'"));
        }
        return special;
    }

    /** The special tokens before and after a single text, from either of the two forms in use. */
    private void frame(JsonNode processor, List<Integer> before, List<Integer> after) {
        String type = processor.path("type").asString("");
        switch (type) {
            case "TemplateProcessing" -> template(processor, before, after);
            case "BertProcessing" -> {
                before.add(id(processor.path("cls").path(1), "post_processor.cls"));
                after.add(id(processor.path("sep").path(1), "post_processor.sep"));
            }
            default -> want(processor, "post_processor", "TemplateProcessing");
        }
    }

    private void template(JsonNode processor, List<Integer> before, List<Integer> after) {
        boolean textSeen = false;
        for (JsonNode item : processor.path("single").values()) {
            if (item.has("Sequence")) {
                textSeen = true;
                continue;
            }
            String name = item.path("SpecialToken").path("id").asString("");
            JsonNode ids = processor.path("special_tokens").path(name).path("ids");
            if (ids.isEmpty()) {
                throw new TensorException(source + " frames texts with the special token '" + name
                        + "' but gives it no ids (post_processor.special_tokens)");
            }
            for (JsonNode id : ids.values()) {
                (textSeen ? after : before).add(id(id, "special token '" + name + "'"));
            }
        }
        if (!textSeen) {
            throw new TensorException(source + " has a template with no place for the text (post_processor.single)");
        }
    }

    private int padId(JsonNode padding, Map<String, Integer> vocabulary, Map<String, Integer> special) {
        if (padding.has("pad_id")) {
            return id(padding.path("pad_id"), "padding.pad_id");
        }
        return Optional.ofNullable(special.get("[PAD]")).orElseGet(() -> known(vocabulary, "[PAD]"));
    }

    private int known(Map<String, Integer> vocabulary, String token) {
        return Optional.ofNullable(vocabulary.get(token))
                .orElseThrow(() -> new TensorException(source + " has no token " + token + " in its vocabulary"));
    }

    private int id(JsonNode node, String what) {
        if (!node.isInt() || node.asInt() < 0) {
            throw new TensorException(
                    source + " gives " + what + " the id " + node + " where a number from 0 is needed");
        }
        return node.asInt();
    }
}
