package dev.airfoil.tensor.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.airfoil.tensor.TensorException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PhiloxTest {
    private static final int MANY = 1 << 20;

    /** Writes values [from, to) of a seed and a stream. */
    private interface Fill {
        void into(long seed, long stream, MemorySegment out, long from, long to);
    }

    private static float[] many(Fill fill, long seed, long stream) {
        float[] values = new float[MANY];
        fill.into(seed, stream, MemorySegment.ofArray(values), 0, MANY);
        return values;
    }

    /** The vectors that the authors publish with Random123. */
    @Test
    void knownAnswers() {
        assertThat(Philox.block(0, 0, 0)).isEqualTo(new Philox.Words(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
        assertThat(Philox.block(-1, -1, -1))
                .isEqualTo(new Philox.Words(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
        assertThat(Philox.block(0x299f31d0a4093822L, 0x0370734413198a2eL, 0x85a308d3243f6a88L))
                .isEqualTo(new Philox.Words(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
    }

    @Test
    void indexPicksTheWordOfTheBlock() {
        for (int i = 0; i < 4; i++) {
            assertThat(Philox.bits(3, 5, 28 + i))
                    .isEqualTo(Philox.block(3, 5, 7).word(i));
        }
        assertThat(Philox.uniform(3, 5, 28)).isEqualTo((Philox.bits(3, 5, 28) >>> 8) * 0x1p-24f);
    }

    /** FNV-1a over the bits of a million normals; a C program with the same operations gives the same number. */
    @Test
    void bitsAreTheSameOnEveryMachine() {
        long hash = 0xcbf29ce484222325L;
        for (float value : many(Philox::fillNormal, 42, 7)) {
            hash = (hash ^ (Float.floatToRawIntBits(value) & 0xffffffffL)) * 0x100000001b3L;
        }
        assertThat(hash).isEqualTo(0xac04ee3b0d1cecf7L);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 97})
    void anySplitGivesTheSameBitsAsOneByOne(int size) {
        for (int cut = 0; cut <= size; cut++) {
            float[] uniform = new float[size];
            float[] normal = new float[size];
            Philox.fillUniform(11, 13, MemorySegment.ofArray(uniform), cut, size);
            Philox.fillUniform(11, 13, MemorySegment.ofArray(uniform), 0, cut);
            Philox.fillNormal(11, 13, MemorySegment.ofArray(normal), cut, size);
            Philox.fillNormal(11, 13, MemorySegment.ofArray(normal), 0, cut);
            for (int i = 0; i < size; i++) {
                assertThat(uniform[i]).isEqualTo(Philox.uniform(11, 13, i));
                assertThat(normal[i]).isEqualTo(Philox.normal(11, 13, i));
            }
        }
    }

    @Test
    void onlyTheRangeIsWritten() {
        float[] values = new float[23];
        Arrays.fill(values, 9f);
        Philox.fillNormal(1, 2, MemorySegment.ofArray(values), 5, 18);
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).isEqualTo(i >= 5 && i < 18 ? Philox.normal(1, 2, i) : 9f);
        }
    }

    @Test
    void nativeAndUnalignedMemoryAreFilledAlike() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment odd = arena.allocate(4 * 33 + 1).asSlice(1);
            Philox.fillNormal(1, 2, odd, 0, 33);
            for (int i = 0; i < 33; i++) {
                assertThat(odd.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i)).isEqualTo(Philox.normal(1, 2, i));
            }
        }
    }

    @Test
    void rangeOutsideTheSegmentIsRefused() {
        MemorySegment ten = MemorySegment.ofArray(new float[10]);
        assertThatThrownBy(() -> Philox.fillNormal(1, 1, ten, 3, 11))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("3 to 11")
                .hasMessageContaining("10 F32");
        assertThatThrownBy(() -> Philox.fillUniform(1, 1, ten, -1, 4)).isInstanceOf(TensorException.class);
        assertThatThrownBy(() -> Philox.fillUniform(1, 1, ten, 5, 4)).isInstanceOf(TensorException.class);
    }

    @Test
    void uniformMomentsAndDistribution() {
        float[] values = many(Philox::fillUniform, 1, 0);
        assertThat(moment(values, 1)).isCloseTo(0.5, within(1.5e-3));
        assertThat(moment(values, 2)).isCloseTo(1.0 / 3, within(1.5e-3));
        assertThat(distance(values, x -> x)).isLessThan(1.95 / Math.sqrt(MANY));
        Arrays.sort(values);
        assertThat(values[0]).isGreaterThanOrEqualTo(0f);
        assertThat(values[MANY - 1]).isLessThan(1f);
    }

    /** Bounds are five standard errors: sqrt(var(x^k) / n). */
    @Test
    void normalMomentsAndDistribution() {
        float[] values = many(Philox::fillNormal, 1, 0);
        assertThat(moment(values, 1)).isCloseTo(0, within(5 * Math.sqrt(1.0 / MANY)));
        assertThat(moment(values, 2)).isCloseTo(1, within(5 * Math.sqrt(2.0 / MANY)));
        assertThat(moment(values, 3)).isCloseTo(0, within(5 * Math.sqrt(15.0 / MANY)));
        assertThat(moment(values, 4)).isCloseTo(3, within(5 * Math.sqrt(96.0 / MANY)));
        assertThat(distance(values, PhiloxTest::normalCdf)).isLessThan(1.95 / Math.sqrt(MANY));
    }

    /** Of 2^20 normals 66 lie beyond 4 sigma and 0.6 beyond 5. */
    @Test
    void normalTails() {
        long beyondFour = 0;
        for (float value : many(Philox::fillNormal, 1, 0)) {
            beyondFour += Math.abs(value) > 4 ? 1 : 0;
            assertThat(Math.abs(value)).isLessThan(6.67f);
        }
        assertThat(beyondFour).isBetween(30L, 110L);
    }

    @Test
    void lanesStreamsAndSeedsAreNotCorrelated() {
        float[] a = many(Philox::fillNormal, 1, 0);
        double bound = 5 / Math.sqrt(MANY);
        for (int lag = 1; lag <= 8; lag++) {
            assertThat(correlation(a, a, lag)).isCloseTo(0, within(bound));
        }
        assertThat(correlation(a, many(Philox::fillNormal, 1, 1), 0)).isCloseTo(0, within(bound));
        assertThat(correlation(a, many(Philox::fillNormal, 2, 0), 0)).isCloseTo(0, within(bound));
        assertThat(correlation(a, many(Philox::fillNormal, 1L << 32, 0), 0)).isCloseTo(0, within(bound));
        assertThat(correlation(a, many(Philox::fillNormal, 1, 1L << 32), 0)).isCloseTo(0, within(bound));
    }

    @Test
    void belowIsEvenAndInRange() {
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) {
            counts[Philox.below(7, 1, 2, i)]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(9_500, 10_500);
        }
        assertThat(Philox.below(1, 5, 5, 5)).isZero();
        assertThat(IntStream.range(0, 1000).map(i -> Philox.below(Integer.MAX_VALUE, 1, 2, i)))
                .allMatch(x -> x >= 0)
                .anyMatch(x -> x > 2_000_000_000);
        assertThatThrownBy(() -> Philox.below(0, 1, 2, 3))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("below 0");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 97, 1000})
    void permutationHoldsEveryNumberOnce(int n) {
        int[] order = Philox.permutation(n, 3, 4);
        assertThat(order).isEqualTo(Philox.permutation(n, 3, 4));
        assertThat(Arrays.stream(order).sorted().toArray())
                .isEqualTo(IntStream.range(0, n).toArray());
    }

    /** Each of the six orders of three comes up equally often. */
    @Test
    void permutationIsEven() {
        int[] counts = new int[27];
        for (int i = 0; i < 60_000; i++) {
            int[] p = Philox.permutation(3, 9, i);
            counts[9 * p[0] + 3 * p[1] + p[2]]++;
        }
        assertThat(IntStream.of(counts).filter(c -> c > 0).boxed())
                .hasSize(6)
                .allSatisfy(c -> assertThat(c).isBetween(9_500, 10_500));
        assertThatThrownBy(() -> Philox.permutation(-1, 1, 1)).isInstanceOf(TensorException.class);
    }

    private static double moment(float[] values, int power) {
        double sum = 0;
        for (float value : values) {
            sum += Math.pow(value, power);
        }
        return sum / values.length;
    }

    private static double correlation(float[] a, float[] b, int lag) {
        double sum = 0;
        for (int i = lag; i < a.length; i++) {
            sum += (double) a[i] * b[i - lag];
        }
        return sum / a.length;
    }

    /** Kolmogorov and Smirnov's distance; 1.95 / sqrt(n) is exceeded once in a thousand. */
    private static double distance(float[] values, DoubleUnaryOperator cdf) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        double worst = 0;
        for (int i = 0; i < sorted.length; i++) {
            double wanted = cdf.applyAsDouble(sorted[i]);
            worst = Math.max(worst, Math.max(wanted - (double) i / MANY, (i + 1.0) / MANY - wanted));
        }
        return worst;
    }

    /** The normal distribution function by the series of Marsaglia (2004); exact to 1e-14 within 7 sigma. */
    private static double normalCdf(double x) {
        double term = x;
        double sum = x;
        for (int k = 3; Math.abs(term) > 1e-17; k += 2) {
            term *= x * x / k;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }
}
