package dev.airfoil.dit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.nn.Params;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.BackendProvider.Precision;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Agreement with PyTorch is tested with the golden cases in the module tests. */
class DitAirTest {
    private static void with(DitConfig config, Consumer<Built> test) {
        with(Precision.F32, config, test);
    }

    private static void with(Precision precision, DitConfig config, Consumer<Built> test) {
        Options options = new Options(OptionalInt.of(1), OptionalLong.empty(), precision);
        try (var backend = Backends.open("reference", options);
                Scope scope = Scope.open("model")) {
            new Eager(backend)
                    .run(() -> scope.run(() -> {
                        Params params = Params.fresh(scope, 1);
                        test.accept(new Built(new DitAir(config, params), params));
                    }));
        }
    }

    private record Built(DitAir model, Params params) {
        Tensor velocity(Tensor text, Optional<Tensor> mask, int h, int w) {
            Tensor latent = F.normal(3, 0, 2, model.config().latentChannels(), h, w);
            Tensor pooled = F.normal(3, 1, 2, model.config().pooledDim());
            return model.forward(latent, text, pooled, Tensor.of(new float[] {0.3f, 0.8f}, 2), mask);
        }

        /** Zero-initialised layers hide everything behind them. */
        void wake() {
            params.all()
                    .values()
                    .forEach(p -> p.set(p.value()
                            .add(F.normal(
                                            5,
                                            p.name().hashCode(),
                                            p.value().shape().toArray())
                                    .mul(0.1))));
        }
    }

    private static DitConfig tiny(Sharing sharing) {
        return new DitConfig(sharing, 2, 16, 2, 3, 2, 5, 7);
    }

    @ParameterizedTest
    @EnumSource(Sharing.class)
    void holdsAsManyWeightsAsTheFormulaSays(Sharing sharing) {
        with(tiny(sharing), built -> {
            long matrices = built.params.all().values().stream()
                    .filter(p -> p.name().matches("(blocks|shared|modulation)\\b.*weight")
                            && !p.name().contains("norm"))
                    .mapToLong(p -> p.value().size())
                    .sum();
            assertThat(matrices).isEqualTo(tiny(sharing).blockParameters());
        });
    }

    @Test
    void startsAtZeroVelocity() {
        with(
                tiny(Sharing.NONE),
                built -> assertThat(built.velocity(F.normal(3, 2, 2, 4, 5), Optional.empty(), 4, 6)
                                .toFloats())
                        .containsOnly(0));
    }

    @ParameterizedTest
    @EnumSource(Sharing.class)
    void maskedTextChangesNothing(Sharing sharing) {
        with(tiny(sharing), built -> {
            built.wake();
            Tensor text = F.normal(3, 2, 2, 3, 5);
            Tensor mask = Tensor.of(new int[] {1, 1, 0, 1, 1, 0}, 2, 3);
            Tensor other =
                    F.concat(1, text.narrow(1, 0, 2), text.narrow(1, 2, 1).mul(-3));
            float[] one = built.velocity(text, Optional.of(mask), 4, 6).toFloats();
            assertThat(built.velocity(other, Optional.of(mask), 4, 6).toFloats())
                    .isEqualTo(one);
            assertThat(built.velocity(other, Optional.empty(), 4, 6).toFloats()).isNotEqualTo(one);
        });
    }

    @ParameterizedTest
    @EnumSource(Sharing.class)
    void mixedPrecisionRoundsButComputesTheSame(Sharing sharing) {
        List<float[]> velocities = new ArrayList<>();
        for (Precision precision : Precision.values()) {
            with(precision, tiny(sharing), built -> {
                built.wake();
                Tensor v = built.velocity(F.normal(3, 2, 2, 3, 5), Optional.empty(), 4, 6);
                assertThat(v.dtype()).isEqualTo(DType.F32);
                velocities.add(v.toFloats());
            });
        }
        double difference = 0;
        double square = 0;
        for (int i = 0; i < velocities.get(0).length; i++) {
            difference += Math.pow(velocities.get(0)[i] - velocities.get(1)[i], 2);
            square += Math.pow(velocities.get(0)[i], 2);
        }
        assertThat(Math.sqrt(difference / square)).isBetween(1e-4, 2e-2);
    }

    @Test
    void keepsNothingAlive() {
        with(tiny(Sharing.NONE), built -> {
            Tensor text = F.normal(3, 2, 2, 3, 5);
            Scope.run("first", () -> built.velocity(text, Optional.empty(), 4, 4));
            int before = built.params.owner().live();
            for (int i = 0; i < 3; i++) {
                Scope.run("again", () -> built.velocity(text, Optional.empty(), 4, 4));
            }
            assertThat(built.params.owner().live()).isEqualTo(before);
        });
    }

    @Test
    void promptsOfManyLengthsDoNotPileUp() {
        with(tiny(Sharing.NONE), built -> {
            int[] live = new int[40];
            for (int n = 1; n < live.length; n++) {
                int length = n;
                Scope.run("forward", () -> built.velocity(F.normal(3, 2, 2, length, 5), Optional.empty(), 4, 4));
                live[n] = Interpreter.current().backend().memory().blocks();
            }
            assertThat(live[39]).isEqualTo(live[20]);
        });
    }

    @Test
    void namesWhatDoesNotFit() {
        with(tiny(Sharing.NONE), built -> {
            assertThatThrownBy(() -> built.velocity(F.normal(3, 2, 2, 4, 6), Optional.empty(), 4, 4))
                    .hasMessageContaining("ditAir: the model wants text tokens of 5");
            assertThatThrownBy(() -> built.velocity(F.normal(3, 2, 2, 4, 5), Optional.empty(), 4, 5))
                    .hasMessageContaining("4 x 5 cannot be cut into patches of 2 x 2");
        });
    }
}
