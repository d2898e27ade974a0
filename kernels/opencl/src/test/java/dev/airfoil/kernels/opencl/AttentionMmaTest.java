package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What attention_mma.cl takes for granted of its options. */
class AttentionMmaTest {
    @ParameterizedTest
    @ValueSource(ints = {32, 64, 128})
    void tilesHoldTheOwnRowsAndWholeSteps(int e) {
        for (AttentionMma.Pass pass : AttentionMma.Pass.values()) {
            AttentionTiles.Way way = AttentionMma.way(e, pass, "");
            int rows = option(way, "T");
            int step = option(way, "STEP");
            assertThat(way.items()).isEqualTo(32 * option(way, "WARPS")).isEqualTo(2 * way.rows());
            assertThat(rows).isGreaterThanOrEqualTo(way.rows());
            assertThat(rows % step).isZero();
            assertThat(step % 16).isZero();
        }
    }

    private static int option(AttentionTiles.Way way, String name) {
        Matcher m = Pattern.compile("-D" + name + "=(\\d+)").matcher(way.options());
        assertThat(m.find()).as(name).isTrue();
        return Integer.parseInt(m.group(1));
    }
}
