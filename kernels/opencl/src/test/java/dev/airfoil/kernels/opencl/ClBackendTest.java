package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.ops.QkNormRope;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
                .hasMessageContaining("unknown type name 'nonsense'");
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
    void aBackendThatCannotBeMadeSaysWhyAndTheNextOneWorks() {
        Options nothing = new Options(OptionalInt.empty(), OptionalLong.of(1));
        assertThatThrownBy(() -> Devices.open(nothing)).hasMessageContaining("too little memory");
        run(() -> assertThat(F.zeros(3).add(1).toFloats()).containsExactly(1, 1, 1));
    }

    @Test
    void aCountAboveAnIntIsAnErrorThatNamesTheOp() {
        run(() -> {
            Tensor x = F.zeros(1, 1, 3, 1, 4);
            Tensor many = x.withLayout(x.layout().expand(Shape.of(1 << 16, 1 << 16, 3, 1, 4)));
            List<Tensor> all = Collections.nCopies(5, many);
            assertThatThrownBy(() -> cl.execute(new QkNormRope(1e-6f), all, all))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContaining("qkNormRope")
                    .hasMessageContaining("2^31");
        });
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
