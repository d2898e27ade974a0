package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.Conv2d;
import dev.airfoil.tensor.ops.Conv2dGradInput;
import dev.airfoil.tensor.ops.Conv2dGradWeight;
import dev.airfoil.tensor.ops.GroupNorm;
import dev.airfoil.tensor.ops.GroupNormGrad;
import dev.airfoil.tensor.ops.QkNormRope;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ClBackendTest {
    private ClBackend cl;

    @BeforeEach
    void open() {
        cl = Devices.open(new Options(OptionalInt.empty(), OptionalLong.of(64 << 20)));
    }

    @AfterEach
    void close() {
        if (cl != null) { // the test was skipped
            cl.close();
        }
    }

    private void run(Runnable body) {
        Scope.run("test", () -> new Eager(cl).run(body));
    }

    @Test
    void dataGoThereAndBackInSlices() {
        float[] values = new float[6_000_001]; // more than five slices of the staging ring
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        run(() -> {
            Tensor t = Tensor.of(values, values.length);
            assertThat(t.toFloats()).isEqualTo(values);
            assertThat(t.narrow(0, 5_000_000, 3).toFloats()).containsExactly(5_000_000, 5_000_001, 5_000_002);
        });
    }

    @Test
    void tooLittleMemorySaysHowMuchWasWantedHeldAndFree() {
        run(() -> {
            F.zeros(8 << 20); // the backend holds a quarter of a MiB of its own
            assertThatThrownBy(() -> F.zeros(12 << 20))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContaining("48.0 MiB wanted")
                    .hasMessageContaining("32.3 MiB held")
                    .hasMessageContaining("31.7 MiB free");
        });
    }

    @Test
    void manyStepsHoldTheSameMemory() {
        run(() -> F.normal(1, 1, 1000).mul(2).sum());
        var before = cl.memory();
        for (int i = 0; i < 200; i++) {
            run(() -> F.normal(1, 1, 1000).mul(2).sum());
        }
        assertThat(cl.memory()).isEqualTo(before);
    }

    @Test
    void pooledMemoryMakesRoomForOtherSizes() {
        for (int i = 0; i < 3; i++) {
            int mib = 40 + i;
            run(() -> F.zeros(mib << 18));
        }
        assertThat(cl.memory().pooled()).isLessThanOrEqualTo(64 << 20);
    }

    @Test
    void anIdOutsideItsTableIsAnErrorAtTheNextDownload() {
        run(() -> {
            Tensor picked = F.gather(F.normal(1, 1, 5, 3), Tensor.of(new int[] {1, 5}, 2));
            assertThatThrownBy(picked::toFloats).hasMessageContaining("id 5 is outside its table");
            assertThat(F.gather(F.normal(1, 1, 5, 3), Tensor.of(new int[] {1, 4}, 2))
                            .toFloats())
                    .hasSize(6);
        });
    }

    @Test
    void aKernelThatDoesNotBuildShowsItsFileTheDeviceAndTheLog() {
        assertThatThrownBy(() -> cl.launch("copy", "copy", "-DT=nonsense -DRANK=1"))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("copy.cl does not build on " + cl.device().name())
                .hasMessageContaining("CL_BUILD_PROGRAM_FAILURE")
                .hasMessageContaining("unknown type name 'nonsense'")
                .hasMessageNotContaining("POCL_CACHE_DIR");
        assertThatThrownBy(() -> cl.launch("copy", "no_such_kernel", "-DT=uint"))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("copy.cl has no usable kernel 'no_such_kernel'");
        run(() -> assertThat(F.zeros(3).add(1).toFloats()).containsExactly(1, 1, 1));
    }

    @Test
    void aKernelThatDoesNotStartIsNamedAndTheBackendGoesOn() {
        run(() -> {
            Launch tooWide = cl.launch("copy", "fill", "-DT=uint")
                    .tensor(F.zeros(3))
                    .number(3L)
                    .number(0);
            assertThatThrownBy(() -> tooWide.groups(1 << 20, 1, 1, 1))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContaining(
                            "opencl kernel copy.fill failed on " + cl.device().name())
                    .hasMessageContaining("CL_INVALID_WORK_GROUP_SIZE");
            assertThat(F.zeros(3).add(1).toFloats()).containsExactly(1, 1, 1);
        });
    }

    @Test
    void aProgramThatTheDeviceRefusesIsNotTriedAgain() {
        assertThat(cl.tryLaunch("copy", "copy", "-DT=nonsense")).isEmpty();
        assertThat(cl.tryLaunch("copy", "copy", "-DT=int")).isEmpty();
        assertThat(cl.launch("copy", "copy", "-DT=int")).isNotNull();
    }

    @Test
    void aProfileNamesTheKernels() {
        String table = cl.profile(() -> run(() -> F.normal(1, 1, 1000).mul(2)));
        assertThat(table).contains("philox_normal").contains("affine").contains("launches");
    }

    @Test
    @Timeout(60)
    void whatIsProfiledMayWaitForOtherThreads() {
        String table = cl.profile(() -> CompletableFuture.runAsync(
                        () -> run(() -> F.normal(1, 1, 1000).mul(2)))
                .join());
        assertThat(table).contains("philox_normal").contains("affine");
    }

    @Test
    void aBackendThatCannotBeMadeSaysWhyAndTheNextOneWorks() {
        Options nothing = new Options(OptionalInt.empty(), OptionalLong.of(1));
        assertThatThrownBy(() -> Devices.open(nothing)).hasMessageContaining("too little memory");
        run(() -> assertThat(F.zeros(3).add(1).toFloats()).containsExactly(1, 1, 1));
    }

    @Test
    void aCountAboveAnIntIsAnErrorThatNamesTheOp() {
        run(() -> {
            Tensor heads = many(1 << 16, 1 << 16, 3, 1, 4);
            counts("qkNormRope", new QkNormRope(1e-6f), Collections.nCopies(5, heads), heads, heads);
            Tensor one = F.zeros(1, 1, 1, 1);
            Tensor plane = many(1, 1, 1 << 16, 1 << 16);
            counts("conv2d", Conv2d.of(1, 1 << 15), List.of(one, one), plane);
            counts("conv2dGradInput", new Conv2dGradInput(Conv2d.of(1, 0), 1 << 16, 1 << 16), List.of(one, one), plane);
            counts("conv2dGradWeight", new Conv2dGradWeight(Conv2d.of(1, 1 << 15), 1, 1), List.of(one, plane), one);
            Tensor large = many(1, 6, 1 << 15, 1 << 15);
            List<Tensor> tensors = List.of(large, F.zeros(6), F.zeros(6));
            counts("groupNorm", new GroupNorm(2, 1e-6f, Activation.Fn.NONE), tensors, large);
            List<Tensor> gradients = List.of(large, F.zeros(6), large);
            counts("groupNormGrad", new GroupNormGrad(2, 1e-6f), gradients, large, F.zeros(6), F.zeros(6));
        });
    }

    /** Zeros that take the memory of one. */
    private static Tensor many(int... dims) {
        Tensor zero = F.zeros(IntStream.of(dims).map(_ -> 1).toArray());
        return zero.withLayout(zero.layout().expand(Shape.of(dims)));
    }

    private void counts(String name, Op op, List<Tensor> inputs, Tensor... outputs) {
        assertThatThrownBy(() -> cl.execute(op, inputs, List.of(outputs)))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("2^31");
    }

    @Test
    void aClosedBackendSaysSo() {
        run(() -> {
            Tensor kept = F.zeros(3);
            cl.close();
            assertThatThrownBy(() -> F.zeros(3)).hasMessageContaining("closed");
            assertThatThrownBy(kept::toFloats).hasMessageContaining("closed");
            assertThatThrownBy(cl::synchronize).hasMessageContaining("closed");
        });
    }
}
