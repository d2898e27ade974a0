package dev.airfoil.cli.check;

import dev.airfoil.dit.DitAir;
import dev.airfoil.dit.DitConfig;
import dev.airfoil.dit.Sharing;
import dev.airfoil.nn.ParameterSource;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** A DiT-Air with the case's weights: its velocity, and the gradient of every parameter and input. */
record DitKind() implements CaseKind {
    /** Where a case does not say how many. */
    private static final int LAYERS = DitConfig.Size.B.layers();

    @Override
    public String name() {
        return "dit";
    }

    @Override
    public void run(GoldenCase golden, Comparison comparison) {
        DitConfig config = DitConfig.of(settings(golden));
        try (Scope owner = Scope.open("model")) {
            Params params = Params.load(owner, ParameterSource.of(golden.file(), "param."));
            DitAir model = new DitAir(config, params);
            params.requireAllUsed();
            Inputs in = golden.inputs();
            Map<String, Tensor> watched = new HashMap<>(in.byGradient());
            params.all().forEach((name, parameter) -> watched.put(name, parameter.value()));
            golden.compareWithGradients(
                    watched,
                    () -> {
                        Tensor velocity = model.forward(
                                in.get("latent"),
                                in.get("text"),
                                in.get("pooled"),
                                in.get("sigma"),
                                in.mask("text_mask"));
                        in.requireAllUsed("DiT");
                        return velocity;
                    },
                    comparison);
        }
    }

    private static Map<String, Object> settings(GoldenCase golden) {
        String variant = golden.text("variant", Sharing.NONE.variant());
        if (Arrays.stream(Sharing.values()).noneMatch(s -> s.variant().equals(variant))) {
            throw new SkippedException("Airfoil has no DiT '" + variant + "' yet; it has "
                    + Arrays.stream(Sharing.values()).map(Sharing::variant).collect(Collectors.joining(", ")));
        }
        Map<String, Object> settings = new HashMap<>(Map.of("variant", variant, "layers", LAYERS));
        golden.config().properties().stream()
                .filter(e -> !e.getValue().isNull())
                .forEach(e -> settings.put(e.getKey(), value(e.getValue())));
        return settings;
    }

    private static Object value(JsonNode node) {
        return node.isNumber() ? (Object) node.numberValue() : node.asString("");
    }
}
