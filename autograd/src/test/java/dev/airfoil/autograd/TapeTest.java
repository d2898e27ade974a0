package dev.airfoil.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.ops.Activation;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TapeTest {
    private final Eager eager = new Eager(Backends.open("reference", Options.DEFAULT));

    @AfterEach
    void close() {
        assertThat(eager.backend().memory().blocks()).isZero();
        eager.backend().close();
    }

    private void run(Runnable test) {
        eager.run(() -> Scope.run("test", test));
    }

    @Test
    void addsUpWhereATensorIsUsedTwice() {
        run(() -> {
            Tensor x = Tensor.of(new float[] {2, 3}, 2);
            Gradients g =
                    Tape.gradients(List.of(x), () -> F.reshape(F.sum(x.mul(x).add(x))));
            assertThat(g.value().item()).isEqualTo(18);
            assertThat(g.of(x).toFloats()).containsExactly(5, 7);
        });
    }

    /** A weight in BF16 gets what would be lost in BF16: 256 ones and a half. */
    @Test
    void gradientsOfHalfWidthWeightsAreNotRounded() {
        run(() -> {
            float[] ones = new float[257];
            Arrays.fill(ones, 1);
            ones[256] = 0.5f;
            Tensor x = F.cast(Tensor.of(ones, 257, 1), DType.BF16);
            Tensor master = Tensor.of(new float[] {3}, 1, 1);
            Tensor used = F.cast(Tensor.of(new float[] {2}, 1, 1), DType.BF16);
            Gradients g = Tape.gradients(List.of(master, used), () -> {
                Tensor once = F.linear(x, F.cast(master, DType.BF16), Optional.empty(), Activation.Fn.NONE);
                Tensor twice =
                        F.linear(x, used, Optional.empty(), Activation.Fn.NONE).add(F.expand(used, once.shape()));
                return F.reshape(F.sum(F.cast(once.add(twice), DType.F32)));
            });
            assertThat(g.of(master).spec()).hasToString("F32[1 1]");
            assertThat(g.of(master).item()).isEqualTo(256.5f);
            assertThat(g.of(used).spec()).hasToString("F32[1 1]");
            assertThat(g.of(used).item()).isCloseTo(513.5f, within(1f)); // 257 of them by way of a sum in BF16
        });
    }

    @Test
    void isZeroWhereNothingDepends() {
        run(() -> {
            Tensor x = Tensor.of(new float[] {2, 3}, 2);
            Tensor y = Tensor.of(new float[] {1}, 1);
            Gradients g = Tape.gradients(List.of(x, y), () -> F.reshape(F.sum(x)));
            assertThat(g.of(y).toFloats()).containsExactly(0);
            assertThatThrownBy(() -> g.of(Tensor.of(1))).hasMessageContaining("no gradient was asked");
        });
    }

    @Test
    void wantsANumberOrACotangentOfTheSameShape() {
        run(() -> {
            Tensor x = Tensor.of(new float[] {2, 3}, 2);
            assertThatThrownBy(() -> Tape.gradients(List.of(x), () -> x.mul(2)))
                    .hasMessageContaining("returns F32[2] where one number is wanted");
            assertThatThrownBy(() -> Tape.pullback(List.of(x), () -> x.mul(2), F.zeros(3)))
                    .hasMessageContaining("the cotangent is F32[3] where the value is F32[2]");
        });
    }

    @Test
    void memoryFallsOnTheWayBack() {
        run(() -> {
            Tensor x = F.normal(1, 0, 64);
            int before = eager.backend().memory().blocks();
            int[] atTheEnd = new int[1];
            Gradients g = Tape.gradients(List.of(x), () -> {
                Tensor y = x;
                for (int i = 0; i < 20; i++) {
                    y = F.tanh(y);
                }
                atTheEnd[0] = eager.backend().memory().blocks();
                return F.reshape(F.sum(y));
            });
            assertThat(atTheEnd[0]).isGreaterThanOrEqualTo(before + 20);
            assertThat(eager.backend().memory().blocks()).isEqualTo(before + 2); // value and one gradient
            assertThat(g.of(x).size()).isEqualTo(64);
        });
    }

    @Test
    void recomputedBlocksGiveTheSameGradientWithLessMemory() {
        run(() -> {
            Tensor w = F.normal(1, 0, 8, 8);
            Tensor x = F.normal(1, 1, 16, 8);
            Gradients kept = Tape.gradients(List.of(w, x), Tape.Blocks.REMEMBER, () -> deep(x, w));
            Gradients again = Tape.gradients(List.of(w, x), Tape.Blocks.RECOMPUTE, () -> deep(x, w));
            assertThat(again.of(w).toFloats()).isEqualTo(kept.of(w).toFloats());
            assertThat(again.of(x).toFloats()).isEqualTo(kept.of(x).toFloats());
        });
    }

    private static Tensor deep(Tensor x, Tensor w) {
        Tensor y = x;
        for (int i = 0; i < 4; i++) {
            y = Interpreter.current()
                    .block(
                            List.of(y),
                            in -> List.of(F.silu(in.getFirst().matmul(w)).add(in.getFirst())))
                    .getFirst();
        }
        return F.reshape(F.mean(y.square()));
    }

    @Test
    void aRecomputedBlockMustBeGivenWhatItReads() {
        run(() -> {
            Tensor x = Tensor.of(new float[] {2, 3}, 2);
            assertThatThrownBy(() -> Tape.gradients(List.of(x), Tape.Blocks.RECOMPUTE, () -> {
                        Tensor hidden = x.mul(3);
                        return F.reshape(F.sum(Interpreter.current()
                                .block(List.of(x), in -> List.of(in.getFirst().mul(hidden)))
                                .getFirst()));
                    }))
                    .hasMessageContaining("pass it to the block as an input");
        });
    }

    @Test
    void differentiatesGradients() {
        run(() -> {
            Tensor x = Tensor.of(new float[] {2, -1}, 2);
            Gradients second = Tape.gradients(List.of(x), () -> {
                Tensor slope = Tape.gradients(
                                List.of(x), () -> F.reshape(F.sum(x.mul(x).mul(x))))
                        .of(x);
                return F.reshape(F.sum(slope));
            });
            assertThat(second.of(x).toFloats()).containsExactly(12, -6);
        });
    }

    @Test
    void nullIsNoTensor() {
        run(() -> {
            Tensor x = Tensor.of(new float[] {2, -1}, 2);
            assertThatThrownBy(() -> Tape.gradients(List.of(x), () -> null))
                    .isInstanceOf(TensorException.class)
                    .hasMessage("gradients: the function returns null where a tensor is wanted");
            assertThatThrownBy(() -> Tape.gradients(Collections.singletonList(null), () -> F.mse(x, x)))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("a tensor of wrt");
        });
    }

    @Test
    void theNoiseLevelHasAGradientToo() {
        run(() -> {
            Tensor sigma = Tensor.of(new float[] {0.3f, 0.9f}, 2);
            Tensor cotangent = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 4);
            float[] slopes = Tape.pullback(List.of(sigma), () -> F.timeFeatures(sigma, 4), cotangent)
                    .of(sigma)
                    .toFloats();
            for (int b = 0; b < 2; b++) {
                double slope = 0;
                for (int i = 0; i < 2; i++) {
                    double turns = i == 0 ? 1000 : 10; // radians a unit of sigma
                    double angle = turns * (b == 0 ? 0.3f : 0.9f);
                    slope += turns * ((3 + i + 4 * b) * Math.cos(angle) - (1 + i + 4 * b) * Math.sin(angle));
                }
                assertThat(slopes[b]).isCloseTo((float) slope, withinPercentage(1e-4));
            }
        });
    }
}
