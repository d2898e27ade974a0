package dev.airfoil.kernels.cpu.attention;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.gemm.Tile;
import dev.airfoil.kernels.cpu.gemm.Tiles;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * The gradients of attention by blocks of keys and queries; the weights are computed again from the scores and {@code
 * lse}, so a block of them is all that exists. A head is the unit of parallelism: its sums have a fixed order.
 *
 * <p>Per block, scores and weight gradients are {@code [queries][keys]}. That is the broadcast side of {@code gv += p^T
 * go} and {@code gk += gs^T q} as it stands, read by columns, and of {@code gq += gs k}, read by rows.
 */
public record FlashAttentionGrad(Tiles.Attention tiles) {
    private static final int QUERIES = 96;

    private static int up(int a, int b) {
        return FlashAttention.up(a, b);
    }

    /**
     * What goes in and comes out. {@code lse} is dense {@code [b h n]}; {@code gk} and {@code gv} have zeros where a key is
     * masked.
     */
    public record Tensors(
            Heads q,
            Heads k,
            Heads v,
            Heads o,
            Heads go,
            MemorySegment lse,
            long lseBase,
            Heads gq,
            Heads gk,
            Heads gv) {}

    public void run(WorkerPool pool, Problem p, Tensors t) {
        pool.splitIf(p.work() > 40_000, p.b() * p.h(), (from, to) -> {
            try (Scratch scratch = Scratch.borrow()) {
                Part part = new Part(p, t, scratch);
                for (int i = from; i < to; i++) {
                    part.head(i / p.h(), i % p.h());
                }
            }
        });
    }

    /** The working memory of one worker. */
    private final class Part {
        private final Problem p;
        private final Tensors t;
        private final int e;
        private final int n;
        /** Depths of packed rows of a head. */
        private final int depth;

        private final Tile tile = tiles.packed();
        private final Tile wide = tiles.wide();
        private final Tile byRows = tiles.rows();
        private final int mr = tile.rows();
        private final int nr = tile.columns();
        private final int eUp;
        /** Keys in a block. */
        private final int width = tiles.width();

        private final int rows = up(QUERIES, mr * Tile.WHOLE);

        private final float[] qLeft;
        private final float[] goLeft;
        private final float[] weights;
        private final float[] grads;
        private final float[] panel;
        /** {@code -lse} of each query, as a power of 2. */
        private final float[] shift;

        private final float[] delta;
        private final MemorySegment qRight;
        private final MemorySegment goRight;
        private final MemorySegment kPanels;
        private final MemorySegment kept;
        private final MemorySegment scores;
        private final MemorySegment sums;
        private final MemorySegment kTurned;
        private final MemorySegment vTurned;
        // Slices of sums.
        private final MemorySegment weightGrads;
        private final MemorySegment gq;
        private final MemorySegment gk;
        private final MemorySegment gv;
        private final MemorySegment keptK;
        private final MemorySegment keptV;

        Part(Problem p, Tensors t, Scratch s) {
            this.p = p;
            this.t = t;
            this.e = p.e();
            this.n = p.n();
            this.eUp = up(e, nr);
            this.depth = Tile.whole(e);
            int m = p.m();
            int most = Tile.whole(Math.max(Math.max(n, m), e));
            this.qLeft = s.floats(0, (long) up(n, mr) * depth + 16);
            this.goLeft = s.floats(1, (long) up(n, mr) * depth + 16);
            this.weights = s.floats(2, (long) rows * width);
            this.grads = s.floats(3, (long) rows * width);
            this.panel = s.floats(5, (long) nr * most + 16);
            this.shift = s.floats(6, n);
            this.delta = s.floats(7, n);
            this.qRight = s.segment(0, (long) eUp * Tile.whole(n));
            this.goRight = s.segment(1, (long) eUp * Tile.whole(n));
            this.kPanels = s.segment(2, (long) eUp * Tile.whole(m));
            this.kTurned = s.segment(3, (long) up(m, nr) * depth);
            this.vTurned = s.segment(4, (long) up(m, nr) * depth);
            this.kept = s.segment(5, 2L * m * e);
            this.keptK = kept.asSlice(0, 4L * m * e);
            this.keptV = kept.asSlice(4L * m * e, 4L * m * e);
            this.scores = s.segment(6, 2L * rows * width);
            this.weightGrads = scores.asSlice(4L * rows * width, 4L * rows * width);
            long gqSize = 4L * up(n, mr) * eUp;
            long blockSize = 4L * width * eUp;
            this.sums = s.segment(7, (gqSize + 2 * blockSize) / 4);
            this.gq = sums.asSlice(0, gqSize);
            this.gk = sums.asSlice(gqSize, blockSize);
            this.gv = sums.asSlice(gqSize + blockSize, blockSize);
        }

        void head(int b, int h) {
            int m = p.keys().count(b);
            if (m < p.m()) {
                clear(t.gk(), b, h);
                clear(t.gv(), b, h);
            }
            pack(b, h, m);
            long lseRow = t.lseBase() + 4L * (b * p.h() + h) * n;
            for (int i = 0; i < n; i++) {
                shift[i] = -Problem.LOG2_E * Lanes.get(t.lse(), lseRow + 4L * i);
                delta[i] = dot(
                        t.go().data(),
                        t.go().at(b, h) + i * t.go().row(),
                        t.o().data(),
                        t.o().at(b, h) + i * t.o().row());
            }
            gq.fill((byte) 0);
            for (int k0 = 0; k0 < m; k0 += width) {
                int keys = Math.min(width, m - k0);
                gk.fill((byte) 0);
                gv.fill((byte) 0);
                for (int q0 = 0; q0 < n; q0 += rows) {
                    int queries = Math.min(rows, n - q0);
                    if (p.limit(b, q0 + queries - 1) > k0) {
                        block(b, q0, queries, k0, keys);
                    }
                }
                p.keys().scatter(gk, 0, 4L * eUp, b, k0, keys, t.gk(), h, e);
                p.keys().scatter(gv, 0, 4L * eUp, b, k0, keys, t.gv(), h, e);
            }
            for (int i = 0; i < n; i++) {
                MemorySegment.copy(gq, 4L * i * eUp, t.gq().data(), t.gq().at(b, h) + i * t.gq().row(), 4L * e);
            }
        }

        private void clear(Heads x, int b, int h) {
            for (int i = 0; i < p.m(); i++) {
                x.data().asSlice(x.at(b, h) + i * x.row(), 4L * e).fill((byte) 0);
            }
        }

        private void pack(int b, int h, int m) {
            t.q().columns(b, h, 0).packRight(e, nr, n, panel, qRight);
            t.q().rows(b, h, 0).packLeft(n, mr, e, qLeft);
            t.go().columns(b, h, 0).packRight(e, nr, n, panel, goRight);
            t.go().rows(b, h, 0).packLeft(n, mr, e, goLeft);
            Heads k = p.keys().gather(t.k(), b, h, e, keptK);
            Heads v = p.keys().gather(t.v(), b, h, e, keptV);
            k.columns(0, 0, 0).packRight(e, nr, m, panel, kPanels);
            k.rows(0, 0, 0).packRight(m, nr, e, panel, kTurned);
            v.rows(0, 0, 0).packRight(m, nr, e, panel, vTurned);
        }

        private float dot(MemorySegment x, long ao, MemorySegment y, long bo) {
            MemorySegment a = Lanes.offHeap(x);
            MemorySegment b = Lanes.offHeap(y);
            FloatVector sum = FloatVector.zero(F);
            int i = 0;
            for (; i + Lanes.N <= e; i += Lanes.N) {
                sum = FloatVector.fromMemorySegment(F, a, ao + 4L * i, LE)
                        .fma(FloatVector.fromMemorySegment(F, b, bo + 4L * i, LE), sum);
            }
            float all = Lanes.sum(sum);
            for (; i < e; i++) {
                all = Math.fma(Lanes.get(a, ao + 4L * i), Lanes.get(b, bo + 4L * i), all);
            }
            return all;
        }

        private void block(int b, int q0, int queries, int k0, int keys) {
            scores(qLeft, q0, queries, kTurned, k0, keys, scores);
            scores(goLeft, q0, queries, vTurned, k0, keys, weightGrads);
            weights(b, q0, queries, k0, keys);
            ofKeys(weights, q0, queries, goRight, keys, gv);
            ofKeys(grads, q0, queries, qRight, keys, gk);
            int m = Tile.whole(p.keys().count(b));
            for (int j = 0; j < e; j += nr) {
                long right = 4L * (j * (long) m + (long) k0 * nr);
                long to = 4L * ((long) q0 * eUp + j);
                byRows.add(up(queries, mr) / mr, Tile.whole(keys), grads, 0, kPanels, right, gq, to, 4L * eUp);
            }
        }

        /** {@code left [queries e] right [e keys]}. */
        private void scores(
                float[] left, int q0, int queries, MemorySegment right, int k0, int keys, MemorySegment to) {
            long stride = 4L * width;
            for (int j = 0; j < keys; j += nr) {
                long panel = 4L * (k0 + j) * depth;
                tile.zero(up(queries, mr) / mr, depth, left, q0 * depth, right, panel, to, 4L * j, stride);
            }
        }

        /** {@code sum [keys e] += weights^T [keys queries] right [queries e]}. */
        private void ofKeys(float[] weights, int q0, int queries, MemorySegment right, int keys, MemorySegment sum) {
            for (int j = 0; j < e; j += nr) {
                long panel = 4L * (j * (long) Tile.whole(n) + (long) q0 * nr);
                wide.add(up(keys, mr) / mr, Tile.whole(queries), weights, 0, right, panel, sum, 4L * j, 4L * eUp);
            }
        }

        /** From scores and gp to weights and their gradients. */
        private void weights(int b, int q0, int queries, int k0, int keys) {
            float c = p.scale() * Problem.LOG2_E;
            for (int j = 0; j < keys; j += Lanes.N) {
                Softmax2.gradients(
                        scores, weightGrads, width, j, queries, q0, c, shift, p.scale(), delta, weights, grads);
            }
            int most = Tile.whole(keys);
            for (int i = 0; i < queries; i++) {
                int limit = Math.clamp(p.limit(b, q0 + i) - k0, 0, keys);
                if (limit < most) {
                    Arrays.fill(weights, i * width + limit, i * width + most, 0);
                    Arrays.fill(grads, i * width + limit, i * width + most, 0);
                }
            }
            Arrays.fill(weights, queries * width, Tile.whole(queries) * width, 0);
            Arrays.fill(grads, queries * width, Tile.whole(queries) * width, 0);
        }
    }
}
