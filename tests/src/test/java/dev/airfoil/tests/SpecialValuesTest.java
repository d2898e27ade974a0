package dev.airfoil.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider.Availability;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What is no number must stay visible: a kernel that makes 0 of it hides that a training has diverged. */
class SpecialValuesTest {
    /** Longer than a vector, and no multiple of one. */
    private static final int SIZE = 37;

    @TestFactory
    Stream<DynamicTest> activationsKeepNanAndInfinity() {
        return onEach(SpecialValuesTest::checkActivations);
    }

    @TestFactory
    Stream<DynamicTest> aGradientThatIsNoNumberSpoilsAllThatItClips() {
        return onEach(SpecialValuesTest::checkAdafactor);
    }

    /** Also where the row would lie far outside the memory that a table of nothing has. */
    @TestFactory
    Stream<DynamicTest> aTableWithoutRowsHasNoneForAnId() {
        return onEach(() -> {
            Tensor ids = Tensor.of(new int[] {1}, 1);
            assertThatThrownBy(() -> F.gather(F.zeros(0, 50_000_000), ids))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContaining("a table without rows");
            assertThatThrownBy(() -> F.scatterAdd(0, ids, F.zeros(1, 3)))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContaining("a table without rows");
        });
    }

    private static Stream<DynamicTest> onEach(Runnable check) {
        return Backends.present().entrySet().stream()
                .filter(e -> e.getValue() instanceof Availability.Available)
                .map(e -> DynamicTest.dynamicTest(e.getKey().name(), () -> {
                    try (Backend backend = e.getKey().open("", Options.DEFAULT)) {
                        new Eager(backend).run(() -> Scope.run("test", check));
                    }
                }));
    }

    private static void checkAdafactor() {
        float[] gradient = new float[SIZE];
        Arrays.fill(gradient, 1);
        gradient[SIZE / 2] = Float.NaN;
        Op update = new AdafactorUpdate(AdafactorUpdate.Moment.FULL, 0.1, 0, 0.9, 1e-30, 1);
        List<Tensor> inputs = List.of(F.zeros(SIZE), Tensor.of(gradient, SIZE), F.zeros(SIZE));
        Tensor updated = Interpreter.bind(update, inputs).getFirst();
        assertThat(updated.toFloats()).containsOnly(Float.NaN);
    }

    private static void checkActivations() {
        for (Activation.Fn fn : Activation.Fn.values()) {
            assertThat(of(fn, Float.NaN)).as("%s of NaN", fn).containsOnly(Float.NaN);
            assertThat(of(fn, Float.POSITIVE_INFINITY)).as("%s of infinity", fn).containsOnly(Float.POSITIVE_INFINITY);
        }
    }

    private static float[] of(Activation.Fn fn, float value) {
        float[] values = new float[SIZE];
        Arrays.fill(values, value);
        return Interpreter.bind1(new Activation(fn), Tensor.of(values, SIZE)).toFloats();
    }
}
