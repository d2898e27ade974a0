package dev.airfoil.train.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The icons of one Iconify package: names, SVG bodies and aliases ({@code icons.json}), and the code points of icons
 * where the package tells them ({@code chars.json}).
 */
final class IconSet {
    private final JsonNode root;
    private final Map<String, String> hexcodes = new LinkedHashMap<>();
    private final List<String> names = new ArrayList<>();

    /**
     * @param icons {@code icons.json}
     * @param chars {@code chars.json}: an object from hexcode to name, empty in some packages
     */
    IconSet(JsonNode icons, JsonNode chars) {
        this.root = icons;
        for (Map.Entry<String, JsonNode> entry : chars.properties()) {
            hexcodes.putIfAbsent(entry.getValue().stringValue(), Emoji.key(entry.getKey()));
        }
        // Icons before aliases: an alias counts only where no icon has the same meaning. Hidden icons were withdrawn.
        addNames(root.path("icons"));
        addNames(root.path("aliases"));
    }

    private void addNames(JsonNode from) {
        for (Map.Entry<String, JsonNode> entry : from.properties()) {
            if (!entry.getValue().path("hidden").asBoolean(false)) {
                names.add(entry.getKey());
            }
        }
    }

    /** Names of icons, then of aliases, in the package's order. */
    List<String> names() {
        return List.copyOf(names);
    }

    /** Whether the name is an icon's own and not an alias. */
    boolean isIcon(String name) {
        return root.path("icons").has(name);
    }

    /** The package's own table from name to hexcode; empty where the package has none. */
    Map<String, String> hexcodes() {
        return Map.copyOf(hexcodes);
    }

    /**
     * The icon as an SVG document whose {@code currentColor} is black, mirrored and turned as its aliases say. Empty
     * where an alias leads nowhere.
     */
    Optional<String> svg(String name) {
        Map<String, JsonNode> settings = new HashMap<>();
        boolean horizontal = false;
        boolean vertical = false;
        int turns = 0;
        // An alias may point to an alias; the settings nearest to the name win, and flips add up.
        for (int hops = 0; hops < 8; hops++) {
            boolean icon = isIcon(name);
            JsonNode node = root.path(icon ? "icons" : "aliases").path(name);
            for (String key : List.of("left", "top", "width", "height")) {
                node.optional(key).ifPresent(value -> settings.putIfAbsent(key, value));
            }
            horizontal ^= node.path("hFlip").asBoolean(false);
            vertical ^= node.path("vFlip").asBoolean(false);
            turns += node.path("rotate").asInt(0);
            if (icon) {
                return Optional.of(document(node.path("body").stringValue(), settings, horizontal, vertical, turns));
            }
            if (node.isMissingNode()) {
                return Optional.empty();
            }
            name = node.path("parent").asString("");
        }
        return Optional.empty();
    }

    private String document(
            String body, Map<String, JsonNode> settings, boolean horizontal, boolean vertical, int turns) {
        double left = number(settings, "left", 0);
        double top = number(settings, "top", 0);
        double width = number(settings, "width", 16);
        double height = number(settings, "height", 16);
        String changed = body;
        if (horizontal || vertical || turns % 4 != 0) {
            double x = left + width / 2;
            double y = top + height / 2;
            changed = String.format(
                    Locale.ROOT,
                    "<g transform=\"translate(%s %s) rotate(%d) scale(%d %d) translate(%s %s)\">%s</g>",
                    x,
                    y,
                    turns % 4 * 90,
                    horizontal ? -1 : 1,
                    vertical ? -1 : 1,
                    -x,
                    -y,
                    body);
        }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" color=\"black\""
                + " width=\"" + width + "\" height=\"" + height + "\" viewBox=\"" + left + " " + top + " " + width
                + " " + height + "\">" + changed + "</svg>";
    }

    private double number(Map<String, JsonNode> settings, String key, double otherwise) {
        return settings.getOrDefault(key, root.path(key)).asDouble(otherwise);
    }
}
