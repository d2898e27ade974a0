package dev.airfoil.cli.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private final Comparison comparison = new Comparison();

    @Test
    void theErrorIsThatOfTheWholeTensor() {
        assertThat(Comparison.error(new float[] {3, 4.5f}, new float[] {3, 4})).isCloseTo(0.1, within(1e-12));
        assertThat(Comparison.error(new float[] {0, 2}, new float[] {0, 0})).isEqualTo(2);
        assertThat(Comparison.error(new float[] {Float.NaN, 4}, new float[] {3, 4}))
                .isNaN();
        assertThat(Comparison.error(new float[0], new float[0])).isZero();
    }

    @Test
    void theWorstIsMeasuredByItsTolerance() {
        compare(() -> {
            comparison.value("out.main", Tensor.of(new float[] {1.00001f}, 1), Shape.of(1), new float[] {1});
            comparison.gradient("grad.x", Tensor.of(new float[] {1.00002f}, 1), Shape.of(1), new float[] {1});
        });
        assertThat(comparison.worst()).hasValueSatisfying(w -> {
            assertThat(w.tensor()).isEqualTo("out.main");
            assertThat(w.tolerance()).isEqualTo(1e-5);
            assertThat(w.isWithin()).isFalse(); // 1.00001f is a little more than 1.00001
        });
    }

    @Test
    void notANumberIsTheWorstOfAll() {
        compare(() -> {
            comparison.value("out.a", Tensor.of(new float[] {Float.NaN}, 1), Shape.of(1), new float[] {1});
            comparison.value("out.b", Tensor.of(new float[] {7}, 1), Shape.of(1), new float[] {1});
        });
        assertThat(comparison.worst()).hasValueSatisfying(w -> {
            assertThat(w.tensor()).isEqualTo("out.a");
            assertThat(w.isWithin()).isFalse();
        });
    }

    @Test
    void anotherShapeIsAnError() {
        compare(() -> assertThatThrownBy(
                        () -> comparison.value("out.main", Tensor.of(new float[2], 2), Shape.of(2, 1), new float[2]))
                .hasMessage("out.main is [2 1] in the case, and Airfoil computes [2]"));
        assertThat(comparison.worst()).isEmpty();
    }

    private static void compare(Runnable body) {
        try (Backend backend = Backends.open("reference", BackendProvider.Options.DEFAULT)) {
            new Eager(backend).run(() -> Scope.run("test", body));
        }
    }
}
