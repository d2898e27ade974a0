package dev.airfoil.kernels.cpu.attention;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;

import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.gemm.Tile;
import dev.airfoil.kernels.cpu.gemm.Tiles;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.ops.Attention.Direction;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Attention by blocks of queries and keys, with a running softmax: of the scores only one block exists at a time.
 *
 * <p>The block is held transposed, {@code [keys][queries]}: maximum and sum over keys are then plain vector operations,
 * and the weights stand as the broadcast side of the product with v. A head, or where heads are few a block of its queries,
 * is the unit of parallelism.
 */
public record FlashAttention(Tiles.Attention tiles) {
    private static final int KEYS = 96;

    /** Queries in a block. */
    private int queries() {
        return tiles.width();
    }

    static int up(int a, int b) {
        return (a + b - 1) / b * b;
    }

    /**
     * @param o {@code [b n h e]} in memory
     * @param lse dense {@code [b h n]} from byte {@code lseBase}
     */
    public void run(WorkerPool pool, Problem p, Heads q, Heads k, Heads v, Heads o, MemorySegment lse, long lseBase) {
        int blocks = up(p.n(), queries()) / queries();
        int heads = p.b() * p.h();
        // Whoever takes a part of a head packs its keys: heads are not cut where there are enough of them.
        int parts = heads >= 3 * pool.size() ? 1 : blocks;
        pool.splitIf(p.work() > 100_000, heads * parts, (from, to) -> {
            try (Scratch scratch = Scratch.borrow()) {
                Part part = new Part(p, scratch);
                for (int i = from; i < to; i++) {
                    int bh = i / parts;
                    part.head(bh / p.h(), bh % p.h(), k, v);
                    for (int j = i % parts; j < blocks; j += parts) {
                        part.block(q, j * queries(), o, lse, lseBase + 4L * bh * p.n());
                    }
                }
            }
        });
    }

    /** The working memory of one worker, and the head whose keys are packed in it. */
    private final class Part {
        private final Problem p;
        private final int e;
        private final int width = queries();
        private final Tile tile = tiles.packed();
        private final Tile wide = tiles.wide();
        private final int mr = tile.rows();
        private final int nr = tile.columns();
        private final int eUp;
        /** Depths of packed queries and keys. */
        private final int depth;

        private final int mostKeys;

        private final float[] kPanels;
        private final float[] weights;
        private final float[] panel;
        private final float[] max = new float[width];
        private final float[] sum = new float[width];
        private final float[] factor = new float[width];
        private final MemorySegment vPanels;
        private final MemorySegment qPanels;
        private final MemorySegment scores;
        private final MemorySegment out;
        private final MemorySegment keptK;
        private final MemorySegment keptV;

        /** The largest squared length of a key of the head. */
        private float longestKey;

        /** Whether no score of the block of queries can be large: then softmax needs no maximum. */
        private boolean bounded;

        private int b = -1;
        private int h = -1;

        Part(Problem p, Scratch scratch) {
            this.p = p;
            this.e = p.e();
            this.eUp = up(e, nr);
            this.depth = Tile.whole(e);
            this.mostKeys = up(Math.min(p.m(), KEYS), mr * Tile.WHOLE);
            this.kPanels = scratch.floats(0, (long) up(p.m(), mr) * depth + 16);
            this.weights = scratch.floats(1, (long) mostKeys * width);
            this.panel = scratch.floats(2, (long) nr * Tile.whole(Math.max(p.m(), e)) + 16);
            this.vPanels = scratch.segment(0, (long) eUp * Tile.whole(p.m()));
            this.qPanels = scratch.segment(1, (long) depth * width);
            this.scores = scratch.segment(2, (long) mostKeys * width);
            this.out = scratch.segment(3, (long) width * eUp);
            this.keptK = scratch.segment(4, (long) p.m() * e);
            this.keptV = scratch.segment(5, (long) p.m() * e);
        }

        /** From products of queries and keys to powers of 2. */
        private float factor() {
            return p.scale() * Problem.LOG2_E;
        }

        /** Packs the kept keys and values of a head, unless they are there. */
        void head(int b, int h, Heads k, Heads v) {
            if (b == this.b && h == this.h) {
                return;
            }
            this.b = b;
            this.h = h;
            int m = p.keys().count(b);
            Heads kept = p.keys().gather(k, b, h, e, keptK);
            longestKey = kept.longest(0, 0, 0, m, e);
            kept.rows(0, 0, 0).packLeft(m, mr, e, kPanels);
            p.keys().gather(v, b, h, e, keptV).columns(0, 0, 0).packRight(e, nr, m, panel, vPanels);
        }

        /** Queries {@code q0 ..} of the head. */
        void block(Heads q, int q0, Heads o, MemorySegment lse, long lseRow) {
            int rows = Math.min(width, p.n() - q0);
            bounded = p.direction() == Direction.BOTH
                    && Math.sqrt((double) longestKey * q.longest(b, h, q0, rows, e)) * Math.abs(factor())
                            < Softmax2.BOUND;
            q.rows(b, h, q0).packRight(rows, nr, e, panel, qPanels);
            Arrays.fill(max, bounded ? 0 : Softmax2.LOWEST);
            Arrays.fill(sum, 0);
            int m = p.limit(b, q0 + rows - 1);
            // Even parts, so that the last block is no stub.
            int parts = (m + KEYS - 1) / KEYS;
            int step = parts == 0 ? 1 : up((m + parts - 1) / parts, mr * Tile.WHOLE);
            for (int k0 = 0; k0 < m; k0 += step) {
                keys(q0, rows, k0, Math.min(step, m - k0));
            }
            // Now max is lse, and factor what the sums of values are to be multiplied with.
            Softmax2.finish(max, sum, width, max, factor);
            Lanes.copy(max, 0, lse, lseRow + 4L * q0, rows);
            for (int i = 0; i < rows; i++) {
                store(i, o.data(), o.at(b, h) + (q0 + i) * o.row());
            }
        }

        private void keys(int q0, int rows, int k0, int n) {
            int m = Tile.whole(p.keys().count(b));
            long row = 4L * width;
            for (int j = 0; j < rows; j += nr) {
                tile.zero(up(n, mr) / mr, depth, kPanels, k0 * depth, qPanels, 4L * j * depth, scores, 4L * j, row);
            }
            if (p.limit(b, q0) < k0 + n) {
                hide(q0, rows, k0, n);
            }
            for (int j = 0; j < up(rows, nr); j += Lanes.N) {
                if (bounded) {
                    Softmax2.bounded(scores, width, j, n, factor(), weights, sum);
                } else {
                    Softmax2.block(scores, width, j, n, factor(), weights, max, sum, factor);
                }
            }
            if (k0 > 0 && !bounded) {
                rescale(rows);
            }
            int keys = Tile.whole(n);
            Arrays.fill(weights, n * width, keys * width, 0);
            for (int j = 0; j < e; j += nr) {
                long from = 4L * (j * (long) m + (long) k0 * nr);
                if (k0 > 0) {
                    wide.add(up(rows, mr) / mr, keys, weights, 0, vPanels, from, out, 4L * j, 4L * eUp);
                } else {
                    wide.zero(up(rows, mr) / mr, keys, weights, 0, vPanels, from, out, 4L * j, 4L * eUp);
                }
            }
        }

        /** Scores of keys that a query must not see. */
        private void hide(int q0, int rows, int k0, int n) {
            for (int i = 0; i < rows; i++) {
                for (int k = Math.max(0, p.limit(b, q0 + i) - k0); k < n; k++) {
                    Lanes.set(scores, 4L * (k * width + i), Float.NEGATIVE_INFINITY);
                }
            }
        }

        private void rescale(int rows) {
            for (int i = 0; i < rows; i++) {
                long row = 4L * i * eUp;
                for (int j = 0; j < eUp; j += Lanes.N) {
                    FloatVector.fromMemorySegment(F, out, row + 4L * j, LE)
                            .mul(factor[i])
                            .intoMemorySegment(out, row + 4L * j, LE);
                }
            }
        }

        private void store(int i, MemorySegment o, long at) {
            if (sum[i] == 0) {
                o.asSlice(at, 4L * e).fill((byte) 0);
                return;
            }
            MemorySegment from = Lanes.offHeap(out);
            MemorySegment to = Lanes.offHeap(o);
            long row = 4L * i * eUp;
            int j = 0;
            for (; j + Lanes.N <= e; j += Lanes.N) {
                FloatVector.fromMemorySegment(F, from, row + 4L * j, LE)
                        .mul(factor[i])
                        .intoMemorySegment(to, at + 4L * j, LE);
            }
            for (; j < e; j++) {
                Lanes.set(to, at + 4L * j, Lanes.get(from, row + 4L * j) * factor[i]);
            }
        }
    }
}
