package dev.airfoil.kernels.cpu.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.kernels.cpu.Mem;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.gemm.Tiles;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.Attention.Direction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FlashAttentionTest {
    private static final WorkerPool POOL = WorkerPool.of(2);

    @AfterAll
    static void close() {
        POOL.close();
    }

    static List<Tiles.Attention> tiles() {
        return Tiles.allForAttention();
    }

    /** Sizes, and whether the first batch loses keys to a mask. */
    private record Case(int b, int h, int n, int m, int e, Direction direction, int maskEvery) {
        boolean keeps(int b, int key) {
            return maskEvery == 0 || (b == 0 ? key % maskEvery != 0 : maskEvery != 1);
        }

        boolean sees(int b, int i, int j) {
            return keeps(b, j) && (direction == Direction.BOTH || j <= i);
        }

        Problem problem() {
            int[] mask = new int[b * m];
            for (int i = 0; i < mask.length; i++) {
                mask[i] = keeps(i / m, i % m) ? 1 : 0;
            }
            MemorySegment data = Arena.ofAuto().allocate(4L * mask.length + 4, 4);
            MemorySegment.copy(mask, 0, data, ValueLayout.JAVA_INT, 4, mask.length);
            Keys keys = maskEvery == 0 ? Keys.all(b, m) : Keys.of(b, m, data, 4);
            return new Problem(b, h, n, m, e, (float) (1.3 / Math.sqrt(e)), direction, keys);
        }
    }

    private static final List<Case> CASES = List.of(
            new Case(1, 1, 1, 1, 2, Direction.BOTH, 0),
            new Case(2, 3, 17, 17, 16, Direction.BOTH, 0),
            new Case(1, 2, 81, 81, 64, Direction.BOTH, 0),
            new Case(2, 1, 49, 333, 32, Direction.BOTH, 3),
            new Case(2, 2, 100, 7, 20, Direction.BOTH, 2),
            new Case(1, 1, 251, 251, 64, Direction.CAUSAL, 0),
            new Case(2, 1, 67, 300, 8, Direction.CAUSAL, 4),
            new Case(1, 1, 300, 67, 128, Direction.CAUSAL, 0),
            new Case(2, 1, 5, 9, 4, Direction.BOTH, 1),
            new Case(1, 1, 3, 500, 48, Direction.BOTH, 0));

    private record Naive(double[] o, double[] lse, double[] gq, double[] gk, double[] gv) {}

    private static Naive naive(Case c, float[] q, float[] k, float[] v, float[] go) {
        Naive r = new Naive(
                new double[q.length],
                new double[c.b * c.h * c.n],
                new double[q.length],
                new double[k.length],
                new double[v.length]);
        float scale = c.problem().scale();
        for (int bh = 0; bh < c.b * c.h; bh++) {
            for (int i = 0; i < c.n; i++) {
                int qi = (bh * c.n + i) * c.e;
                int oi = ((bh / c.h * c.n + i) * c.h + bh % c.h) * c.e;
                double[] s = new double[c.m];
                double max = -1e300;
                for (int j = 0; j < c.m; j++) {
                    for (int x = 0; x < c.e; x++) {
                        s[j] += (double) q[qi + x] * k[(bh * c.m + j) * c.e + x] * scale;
                    }
                    max = c.sees(bh / c.h, i, j) ? Math.max(max, s[j]) : max;
                }
                double sum = 0;
                for (int j = 0; j < c.m; j++) {
                    s[j] = c.sees(bh / c.h, i, j) ? Math.exp(s[j] - max) : 0;
                    sum += s[j];
                }
                if (sum == 0) {
                    continue;
                }
                r.lse[bh * c.n + i] = max + Math.log(sum);
                for (int j = 0; j < c.m; j++) {
                    s[j] /= sum;
                    for (int x = 0; x < c.e; x++) {
                        r.o[oi + x] += s[j] * v[(bh * c.m + j) * c.e + x];
                    }
                }
                double delta = 0;
                for (int x = 0; x < c.e; x++) {
                    delta += r.o[oi + x] * go[oi + x];
                }
                for (int j = 0; j < c.m; j++) {
                    int kj = (bh * c.m + j) * c.e;
                    double gp = 0;
                    for (int x = 0; x < c.e; x++) {
                        gp += (double) go[oi + x] * v[kj + x];
                        r.gv[kj + x] += s[j] * go[oi + x];
                    }
                    double gs = s[j] * (gp - delta) * scale;
                    for (int x = 0; x < c.e; x++) {
                        r.gq[qi + x] += gs * k[kj + x];
                        r.gk[kj + x] += gs * q[qi + x];
                    }
                }
            }
        }
        return r;
    }

    private record Got(float[] o, float[] lse, float[] gq, float[] gk, float[] gv) {}

    private static Got run(
            Tiles.Attention tiles, WorkerPool pool, Case c, float[] q, float[] k, float[] v, float[] go) {
        Problem p = c.problem();
        MemorySegment o = Mem.ofSize(q.length);
        MemorySegment lse = Mem.ofSize((long) c.b * c.h * c.n);
        // v lies as [b m h e], as a view of a projection would.
        float[] turned = new float[v.length];
        for (int i = 0; i < v.length; i++) {
            int x = i % c.e;
            int j = i / c.e % c.m;
            int bh = i / c.e / c.m;
            turned[((bh / c.h * c.m + j) * c.h + bh % c.h) * c.e + x] = v[i];
        }
        Heads qh = Heads.dense(Mem.of(q), 0, c.h, c.n, c.e);
        Heads kh = Heads.dense(Mem.of(k), 0, c.h, c.m, c.e);
        Heads vh = Heads.merged(Mem.of(turned), 0, c.h, c.m, c.e);
        Heads oh = Heads.merged(o, 0, c.h, c.n, c.e);
        new FlashAttention(tiles).run(pool, p, qh, kh, vh, oh, lse, 0);
        MemorySegment gq = Mem.ofSize(q.length);
        MemorySegment gk = Mem.ofSize(k.length);
        MemorySegment gv = Mem.ofSize(v.length);
        new FlashAttentionGrad(tiles)
                .run(
                        pool,
                        p,
                        new FlashAttentionGrad.Tensors(
                                qh,
                                kh,
                                vh,
                                oh,
                                Heads.merged(Mem.of(go), 0, c.h, c.n, c.e),
                                lse,
                                0,
                                Heads.dense(gq, 0, c.h, c.n, c.e),
                                Heads.dense(gk, 0, c.h, c.m, c.e),
                                Heads.dense(gv, 0, c.h, c.m, c.e)));
        return new Got(Mem.floats(o), Mem.floats(lse), Mem.floats(gq), Mem.floats(gk), Mem.floats(gv));
    }

    @ParameterizedTest
    @MethodSource("tiles")
    void agreesWithDoubleLoops(Tiles.Attention tiles) {
        for (Case c : CASES) {
            float[] q = Mem.random(c.b * c.h * c.n * c.e, 1);
            float[] k = Mem.random(c.b * c.h * c.m * c.e, 2);
            float[] v = Mem.random(c.b * c.h * c.m * c.e, 3);
            float[] go = Mem.random(q.length, 4);
            Naive wanted = naive(c, q, k, v, go);
            Got got = run(tiles, POOL, c, q, k, v, go);
            assertThat(Mem.error(got.o, wanted.o)).as("o of %s", c).isLessThan(1e-6);
            assertThat(Mem.error(got.lse, wanted.lse)).as("lse of %s", c).isLessThan(1e-6);
            assertThat(Mem.error(got.gq, wanted.gq)).as("gq of %s", c).isLessThan(4e-6);
            assertThat(Mem.error(got.gk, wanted.gk)).as("gk of %s", c).isLessThan(4e-6);
            assertThat(Mem.error(got.gv, wanted.gv)).as("gv of %s", c).isLessThan(2e-6);
        }
    }

    @Test
    void sameBitsForAnyThreads() {
        Case c = new Case(2, 3, 130, 130, 64, Direction.BOTH, 5);
        float[] q = Mem.random(c.b * c.h * c.n * c.e, 5);
        float[] k = Mem.random(q.length, 6);
        float[] v = Mem.random(q.length, 7);
        Tiles.Attention tiles = Tiles.forAttention();
        Got two = run(tiles, POOL, c, q, k, v, q);
        try (WorkerPool four = WorkerPool.of(4)) {
            Got other = run(tiles, four, c, q, k, v, q);
            assertThat(other.o).isEqualTo(two.o);
            assertThat(other.gq).isEqualTo(two.gq);
            assertThat(other.gk).isEqualTo(two.gk);
            assertThat(other.gv).isEqualTo(two.gv);
        }
    }

    @Test
    void hugeScoresDoNotOverflow() {
        Case c = new Case(1, 1, 2, 3, 2, Direction.BOTH, 0);
        float[] q = {300, 0, 0, -300};
        float[] k = {300, 300, -300, -300, 299, 0};
        float[] v = {1, 2, 3, 4, 5, 6};
        Naive wanted = naive(c, q, k, v, v.length == 6 ? q : v);
        Got got = run(Tiles.forAttention(), POOL, c, q, k, v, q);
        assertThat(Mem.error(got.o, wanted.o)).isLessThan(1e-6);
    }

    @Test
    void powersOfTwoAreAsExactAsStated() {
        double worst = 0;
        for (float x = 0; x > -126; x -= 0.0137f) {
            double got = Softmax2.exp2(FloatVector.broadcast(Lanes.F, x)).lane(0);
            worst = Math.max(worst, Math.abs(got / Math.pow(2, x) - 1));
        }
        assertThat(worst).isLessThan(2.5e-7);
        for (float x : new float[] {-127, -1e4f, -1e30f, Float.NEGATIVE_INFINITY}) {
            assertThat(Softmax2.exp2(FloatVector.broadcast(Lanes.F, x)).lane(0)).isZero();
        }
        assertThat(Softmax2.exp2(FloatVector.zero(Lanes.F)).lane(0)).isEqualTo(1f);
    }
}
