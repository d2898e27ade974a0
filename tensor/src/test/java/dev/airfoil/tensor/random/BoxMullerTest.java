package dev.airfoil.tensor.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The polynomials against double precision, over words spread evenly and over the edges of every branch. */
class BoxMullerTest {
    private static final int STEP = 8191;

    /** Every 8191st word, and what lies next to each power of two, to each eighth of a turn, to 0 and to the top. */
    private static IntStream words() {
        IntStream even = IntStream.range(0, (int) ((1L << 32) / STEP)).map(i -> i * STEP);
        IntStream powers = IntStream.range(0, 32).map(i -> 1 << i);
        IntStream eighths = IntStream.range(0, 8).map(i -> i << 29);
        IntStream edges = IntStream.concat(powers, eighths)
                .flatMap(w -> IntStream.range(-300, 301).map(d -> w + d));
        return IntStream.concat(even, edges);
    }

    private static double uniform(int w) {
        return ((float) (w >>> 1) + 0.5f) * 0x1p-31;
    }

    private static double turn(int w) {
        return (w & 0xffffffffL) * 0x1p-32 * 2 * Math.PI;
    }

    @Test
    void logarithmIsWithinItsBound() {
        double worst = words().mapToDouble(w -> relative(BoxMuller.minusTwoLog(w), -2 * Math.log(uniform(w))))
                .max()
                .orElseThrow();
        assertThat(worst).isLessThan(2.5e-7);
        assertThat(words().allMatch(w -> BoxMuller.minusTwoLog(w) >= 0)).isTrue();
    }

    @Test
    void radiusIsWithinItsBound() {
        double worst = words().mapToDouble(w -> relative(BoxMuller.radius(w), Math.sqrt(-2 * Math.log(uniform(w)))))
                .max()
                .orElseThrow();
        assertThat(worst).isLessThan(2e-7);
        assertThat(BoxMuller.radius(0)).isBetween(6.66f, 6.67f);
        assertThat(BoxMuller.radius(-1)).isZero();
    }

    @Test
    void roundingOfTheUniformIsSeenOnlyNextToZero() {
        DoubleUnaryOperator exact = w -> Math.sqrt(-2 * Math.log((Math.floor(w / 2) + 0.5) * 0x1p-31));
        for (int w : words().toArray()) {
            double wanted = exact.applyAsDouble(w & 0xffffffffL);
            double error = Math.abs(BoxMuller.radius(w) - wanted);
            assertThat(error).isLessThan(wanted < 0.01 ? 2.5e-4 : 3e-6);
        }
    }

    @Test
    void squareRootIsWithinHalfAUlpAndABit() {
        IntStream.range(0, 1 << 20).forEach(i -> {
            float x = Float.intBitsToFloat(0x33000000 + i * 130);
            double exact = Math.sqrt(x);
            assertThat(Math.abs(BoxMuller.squareRoot(x) - exact)).isLessThanOrEqualTo(0.51 * Math.ulp((float) exact));
        });
        assertThat(BoxMuller.squareRoot(0f)).isZero();
        assertThat(BoxMuller.squareRoot(4f)).isEqualTo(2f);
    }

    @Test
    void sineAndCosineAreWithinTheirBound() {
        for (int w : words().toArray()) {
            assertThat(Math.abs(BoxMuller.cosTurn(w) - Math.cos(turn(w)))).isLessThan(1e-7);
            assertThat(Math.abs(BoxMuller.sinTurn(w) - Math.sin(turn(w)))).isLessThan(1e-7);
        }
    }

    @Test
    void quarterTurnsAreExact() {
        float[] cos = {1, 0, -1, 0};
        float[] sin = {0, 1, 0, -1};
        for (int quarter = 0; quarter < 4; quarter++) {
            assertThat(BoxMuller.cosTurn(quarter << 30) + 0f).isEqualTo(cos[quarter]);
            assertThat(BoxMuller.sinTurn(quarter << 30) + 0f).isEqualTo(sin[quarter]);
        }
    }

    private static double relative(double given, double wanted) {
        return wanted == 0 ? Math.abs(given) : Math.abs(given - wanted) / Math.abs(wanted);
    }
}
