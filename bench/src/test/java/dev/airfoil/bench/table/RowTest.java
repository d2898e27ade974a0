package dev.airfoil.bench.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RowTest {
    @Test
    void aRatioAboveOneMeansThatOursIsBetter() {
        Row speed = new Row("gemm", 1, Unit.GFLOPS, 80, Map.of(Rival.PYTORCH, 40.0), OptionalDouble.of(0.8));
        Row time = new Row("model", 2, Unit.MILLISECONDS, 80, Map.of(Rival.PYTORCH, 40.0), OptionalDouble.empty());

        assertThat(speed.ratio().orElseThrow()).isEqualTo(2);
        assertThat(time.ratio().orElseThrow()).isEqualTo(0.5);
    }

    @Test
    void theJsonHasEveryKeyEvenWithoutAPeer() {
        Row alone = new Row("gemm", 1, Unit.GFLOPS, 1.23456, Map.of(), OptionalDouble.empty());

        assertThat(alone.toJson())
                .containsEntry("name", "gemm, 1 thread")
                .containsEntry("ours", 1.2346)
                .containsEntry("peer", null)
                .containsEntry("ratio", null)
                .containsEntry("unit", "GFLOP/s")
                .containsEntry("of_limit", null);
    }

    @Test
    void theLineStandsBelowItsHeading() {
        Row row = new Row("gemm", 1, Unit.GFLOPS, 80, Map.of(Rival.OPENBLAS, 40.0), OptionalDouble.of(0.8));

        assertThat(row.line()).contains("80.0", "40.0", "GFLOP/s", "80%").hasSameSizeAs(Row.header());
    }

    @Test
    void figuresFollowFromWorkAndTime() {
        assertThat(Unit.GFLOPS.of(2e9, 0.5)).isEqualTo(4);
        assertThat(Unit.MILLISECONDS.of(2e9, 0.5)).isEqualTo(500);
        assertThat(Unit.MEGABYTES.of(5e6, 1)).isCloseTo(5, within(1e-12));
    }
}
