package dev.airfoil.kernels.cpu.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.kernels.cpu.Mem;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class LanesTest {
    private static float inOrder(float[] x) {
        float[] y = x.clone();
        for (int half = y.length / 2; half >= 1; half /= 2) {
            for (int i = 0; i < half; i++) {
                y[i] += y[i + half];
            }
        }
        return y[0];
    }

    /** Interpreted at first, compiled long before the end. */
    @Test
    void aSumHasTheSameBitsBeforeAndAfterItIsCompiled() {
        for (int i = 0; i < 60_000; i++) {
            float[] x = Mem.random(Lanes.N, i % 97);
            assertThat(Lanes.sum(FloatVector.fromArray(Lanes.F, x, 0))).isEqualTo(inOrder(x));
        }
    }

    @Test
    void offHeapIsTheSegmentItself() {
        MemorySegment s = Mem.ofSize(3);
        assertThat(Lanes.offHeap(s)).isSameAs(s);
    }

    @Test
    void aWidthThatIsNoneIsNamed() {
        assertThat(Lanes.complaint("")).isEmpty();
        assertThat(Lanes.complaint("256")).isEmpty();
        assertThat(Lanes.complaint("wide")).contains("airfoil.cpu.bits is wide; 128, 256 and 512 are possible");
    }
}
