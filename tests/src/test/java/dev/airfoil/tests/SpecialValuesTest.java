package dev.airfoil.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider.Availability;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.AdaLnModulateGrad;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import dev.airfoil.tensor.ops.GatedResidual;
import dev.airfoil.tensor.ops.GroupNormGrad;
import dev.airfoil.tensor.ops.LayerNormGrad;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
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

    /** 1 / deviation makes three hundred times as much of what a mean is off; so kernels let it be off by nothing. */
    @TestFactory
    Stream<DynamicTest> equalNumbersAreNormalisedToZero() {
        return onEach(
                name -> !name.equals("reference"),
                () -> List.of(1, 3, 8, 37, 300).forEach(SpecialValuesTest::checkEqualNumbers));
    }

    private static void checkEqualNumbers(int d) {
        Tensor x = F.fill(Shape.of(1, 5, d), 3.7);
        Tensor gy = F.normal(1, 0, 1, 5, d);
        Tensor w = F.normal(1, 1, d);
        Tensor b = F.normal(1, 2, d);
        Tensor stream = w.reshape(1, 1, d);
        Tensor image = x.reshape(1, 5, 1, d);
        Tensor channels = F.normal(1, 3, 5);
        List<Tensor> zeros = List.of(
                F.layerNorm(x, w, b, 1e-5).sub(b),
                Interpreter.bind(new LayerNormGrad(1e-5f), List.of(x, w, gy)).get(1),
                F.adaLnModulate(x, stream, stream, 0).sub(stream),
                Interpreter.bind(new AdaLnModulateGrad(0, 1e-5f), List.of(x, stream, gy))
                        .get(2),
                F.gatedResidual(gy, x, stream, 0, GatedResidual.Norm.LAYER).sub(gy),
                F.groupNorm(image, channels, F.zeros(5), 5, 1e-5, Activation.Fn.NONE),
                Interpreter.bind(new GroupNormGrad(5, 1e-5f), List.of(image, channels, gy.reshape(1, 5, 1, d)))
                        .get(1));
        for (int i = 0; i < zeros.size(); i++) {
            for (float value : zeros.get(i).toFloats()) {
                assertThat(value).as("result %d of rows of %d", i, d).isCloseTo(0, within(1e-7f));
            }
        }
    }

    private static Stream<DynamicTest> onEach(Runnable check) {
        return onEach(_ -> true, check);
    }

    private static Stream<DynamicTest> onEach(Predicate<String> chosen, Runnable check) {
        return Backends.present().entrySet().stream()
                .filter(e -> e.getValue() instanceof Availability.Available)
                .filter(e -> chosen.test(e.getKey().name()))
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
            // As PyTorch: none of the curves through 0 makes anything of -infinity times 0.
            float least = switch (fn) {
                case NONE -> Float.NEGATIVE_INFINITY;
                case RELU -> 0;
                case SILU, GELU, GELU_TANH, QUICK_GELU -> Float.NaN;
            };
            assertThat(of(fn, Float.NEGATIVE_INFINITY))
                    .as("%s of -infinity", fn)
                    .containsOnly(least);
        }
    }

    private static float[] of(Activation.Fn fn, float value) {
        float[] values = new float[SIZE];
        Arrays.fill(values, value);
        return Interpreter.bind1(new Activation(fn), Tensor.of(values, SIZE)).toFloats();
    }
}
