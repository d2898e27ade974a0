package dev.airfoil.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.airfoil.nn.Init;
import dev.airfoil.nn.Parameter;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.Safetensors;
import dev.airfoil.tensor.io.SafetensorsFile;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class OptimizerTest {
    private static final List<String> NAMES = List.of("matrix", "vector", "conv");

    @ParameterizedTest
    @ValueSource(strings = {"adamw", "adafactor", "adafactor_beta1", "adafactor_paper"})
    void followsTheGoldenPath(String name) throws URISyntaxException {
        Path path = Path.of(OptimizerTest.class
                .getResource("optim-" + name + ".safetensors")
                .toURI());
        try (SafetensorsFile golden = Safetensors.open(path);
                Backend backend = Backends.open("reference", BackendProvider.Options.DEFAULT);
                Scope scope = Scope.open("test")) {
            new Eager(backend).run(() -> {
                Params params = Params.fresh(scope, 0);
                NAMES.forEach(n -> read(params, golden, n));
                Optimizer optimizer = Optimizer.ofGolden(config(golden));
                OptimizerState state = new OptimizerState(optimizer, params.all(), Params.fresh(scope, 0));
                for (int step = 1; step <= 20; step++) {
                    double slope = 2 * (1 + 0.1 * step);
                    int now = step;
                    Scope.run("step", () -> {
                        Map<String, Tensor> gradients = new HashMap<>();
                        for (String n : NAMES) {
                            Tensor target = tensor(golden, "in.target." + n);
                            gradients.put(
                                    n, params.all().get(n).value().sub(target).mul(slope));
                        }
                        state.step(now, optimizer.rate(), gradients);
                    });
                    compare(golden, step, params.all());
                }
            });
        }
    }

    @Test
    void rejectsWhatCannotWork() {
        assertThatThrownBy(() -> AdamW.usual(0)).hasMessage("optimizer: the learning rate 0.0 must be positive");
        assertThatThrownBy(() -> new Beta2Schedule.Debiased(1)).hasMessageContaining("must lie between 0 and 1");
        assertThatThrownBy(() -> Optimizer.ofGolden(Map.of("optimizer", "sgd")))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("'sgd' is not one of");
        assertThatThrownBy(() -> Optimizer.ofGolden(Map.of("optimizer", "adamw")))
                .hasMessage("optimizer: the setting lr is null where a number is wanted");
    }

    @Test
    void factorsOnlyWhatIsLongOnBothSides() {
        Adafactor paper = Adafactor.paper(1e-4);
        assertThat(paper.state(Shape.of(128, 129)))
                .isEqualTo(Map.of("row", Shape.of(128), "col", Shape.of(129), "m", Shape.of(128, 129)));
        assertThat(paper.state(Shape.of(127, 500)).keySet()).containsExactly("v", "m");
        assertThat(paper.state(Shape.of(500)).keySet()).containsExactly("v", "m");
    }

    @Test
    void beta2StartsAtNothing() {
        assertThat(new Beta2Schedule.Debiased(0.999).at(1)).isZero();
        assertThat(new Beta2Schedule.Power(0.8).at(1)).isZero();
        assertThat(new Beta2Schedule.Debiased(0.999).at(100_000)).isCloseTo(0.999, within(1e-12));
    }

    private static void read(Params params, SafetensorsFile golden, String name) {
        Shape shape = golden.entry("in." + name).spec().shape();
        Parameter parameter = params.get(name, Init.ZEROS, shape.toArray());
        Scope.run("read", () -> parameter.set(tensor(golden, "in." + name)));
    }

    private static Tensor tensor(SafetensorsFile golden, String name) {
        return Tensor.of(golden.floats(name), golden.entry(name).spec().shape().toArray());
    }

    private static void compare(SafetensorsFile golden, int step, Map<String, Parameter> parameters) {
        for (String name : NAMES) {
            String key = "out.step" + step + "." + name;
            if (!golden.entries().containsKey(key)) {
                continue;
            }
            float[] want = golden.floats(key);
            float[] got = parameters.get(name).value().toFloats();
            double error = 0;
            double norm = 0;
            for (int i = 0; i < want.length; i++) {
                error += Math.pow((double) got[i] - want[i], 2);
                norm += Math.pow(want[i], 2);
            }
            assertThat(Math.sqrt(error / norm)).as(key).isLessThan(1e-5);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> config(SafetensorsFile golden) {
        return JsonMapper.shared().readValue(golden.metadata().get("config"), Map.class);
    }
}
