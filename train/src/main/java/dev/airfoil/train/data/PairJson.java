package dev.airfoil.train.data;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A pair as a line of {@code pairs.jsonl}. */
final class PairJson {
    private PairJson() {}

    static String write(Pair pair) {
        ObjectNode line = JsonMapper.shared().createObjectNode();
        line.put("id", pair.id());
        line.put("concept", pair.concept());
        line.put("group", pair.group());
        line.put("style", pair.style());
        line.put("licence", pair.licence().spdx());
        line.put("split", pair.split().name());
        ArrayNode captions = line.putArray("captions");
        pair.captions().forEach(captions::add);
        return line.toString();
    }

    static Pair read(String json) {
        JsonNode line = JsonMapper.shared().readTree(json);
        List<String> captions =
                line.path("captions").values().stream().map(JsonNode::asString).toList();
        return new Pair(
                line.path("id").asString(""),
                line.path("concept").asString(""),
                line.path("group").asString(""),
                line.path("style").asString(""),
                Licence.ofSpdx(line.path("licence").asString("")),
                Split.valueOf(line.path("split").asString("")),
                captions);
    }
}
