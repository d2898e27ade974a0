package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The gradients of {@link NormForward}: with {@code g = gy (factor + plus)}, {@code gx = scale (g - mean(g) - hat mean(g
 * hat))} (for RMS without the mean(g); without a norm g itself); {@code gy hat} summed over the rows of a group is the
 * gradient of the factor, gy that of the shift. Chunks of rows in parallel, each with sums of its own that are added up
 * in order afterwards.
 */
record NormBackward(Norm norm, float eps, Groups groups, int d, float plus) {
    void run(WorkerPool pool, Floats x, Floats factor, Floats gy, Floats gx, Floats gFactor, Optional<Floats> gShift) {
        Groups.Chunk[] chunks = groups.chunks();
        try (Scratch shared = Scratch.borrow()) {
            long size = (long) chunks.length * d;
            MemorySegment sums = shared.segment(0, 2 * size);
            Floats factors = new Floats(sums, 0);
            Floats shifts = new Floats(sums, 4 * size);
            pool.splitIf((long) groups.rows() * d > NormForward.PARALLEL, chunks.length, (from, to) -> {
                float[] means = new float[2];
                for (int c = from; c < to; c++) {
                    Groups.Chunk chunk = chunks[c];
                    sums.asSlice(factors.at((long) c * d), 4L * d).fill((byte) 0);
                    sums.asSlice(shifts.at((long) c * d), 4L * d).fill((byte) 0);
                    for (int i = chunk.from(); i < chunk.to(); i++) {
                        row(x, factor, (long) chunk.group() * d, gy, gx, (long) i * d, means, factors, shifts, c);
                    }
                }
            });
            gather(pool, chunks, factors, gFactor);
            gShift.ifPresent(g -> gather(pool, chunks, shifts, g));
        }
    }

    private void row(
            Floats x,
            Floats f,
            long group,
            Floats gy,
            Floats gx,
            long row,
            float[] means,
            Floats factors,
            Floats shifts,
            int chunk) {
        float mean = norm.mean(x.data(), x.at(row), d);
        float scale = norm.factor(x.data(), x.at(row), d, mean, eps);
        means[0] = 0;
        means[1] = 0;
        if (norm != Norm.NONE) {
            means(x.data(), x.at(row), mean, scale, f.data(), f.at(group), gy.data(), gy.at(row), means);
        }
        float ofG = norm == Norm.LAYER ? means[0] : 0;
        float ofHat = means[1];
        back(x, row, mean, scale, f, group, gy, ofG, ofHat, gx);
        sum(x.data(), x.at(row), mean, scale, gy.data(), gy.at(row), factors, shifts, (long) chunk * d);
    }

    // The loops below are methods of their own: in one large method the compiler boxes vectors.

    private void back(
            Floats x,
            long row,
            float mean,
            float scale,
            Floats f,
            long group,
            Floats gy,
            float ofG,
            float ofHat,
            Floats gx) {
        MemorySegment xs = x.data();
        MemorySegment fs = f.data();
        MemorySegment gs = gy.data();
        MemorySegment ys = gx.data();
        long xo = x.at(row);
        long fo = f.at(group);
        long go = gy.at(row);
        long yo = gx.at(row);
        int j = 0;
        for (; j + N <= d; j += N) {
            FloatVector hat = FloatVector.fromMemorySegment(F, xs, xo + 4L * j, LE)
                    .sub(mean)
                    .mul(scale);
            FloatVector back = FloatVector.fromMemorySegment(F, gs, go + 4L * j, LE)
                    .mul(FloatVector.fromMemorySegment(F, fs, fo + 4L * j, LE).add(plus));
            back.sub(ofG).sub(hat.mul(ofHat)).mul(scale).intoMemorySegment(ys, yo + 4L * j, LE);
        }
        for (; j < d; j++) {
            float hat = (Lanes.get(xs, xo + 4L * j) - mean) * scale;
            float back = Lanes.get(gs, go + 4L * j) * (Lanes.get(fs, fo + 4L * j) + plus);
            Lanes.set(ys, yo + 4L * j, (back - ofG - hat * ofHat) * scale);
        }
    }

    /** Adds gy hat and gy to the sums of the chunk. */
    private void sum(
            MemorySegment x,
            long xo,
            float mean,
            float scale,
            MemorySegment gy,
            long go,
            Floats factors,
            Floats shifts,
            long chunk) {
        MemorySegment sums = factors.data();
        long fo = factors.at(chunk);
        long so = shifts.at(chunk);
        int j = 0;
        for (; j + N <= d; j += N) {
            FloatVector hat = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE)
                    .sub(mean)
                    .mul(scale);
            FloatVector g = FloatVector.fromMemorySegment(F, gy, go + 4L * j, LE);
            g.fma(hat, FloatVector.fromMemorySegment(F, sums, fo + 4L * j, LE))
                    .intoMemorySegment(sums, fo + 4L * j, LE);
            g.add(FloatVector.fromMemorySegment(F, sums, so + 4L * j, LE)).intoMemorySegment(sums, so + 4L * j, LE);
        }
        for (; j < d; j++) {
            float hat = (Lanes.get(x, xo + 4L * j) - mean) * scale;
            float g = Lanes.get(gy, go + 4L * j);
            Lanes.set(sums, fo + 4L * j, Math.fma(g, hat, Lanes.get(sums, fo + 4L * j)));
            Lanes.set(sums, so + 4L * j, g + Lanes.get(sums, so + 4L * j));
        }
    }

    /** The means of g and of g hat along a row. */
    private void means(
            MemorySegment x,
            long xo,
            float mean,
            float scale,
            MemorySegment f,
            long fo,
            MemorySegment gy,
            long go,
            float[] to) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int j = 0;
        for (; j + N <= d; j += N) {
            FloatVector g = FloatVector.fromMemorySegment(F, gy, go + 4L * j, LE)
                    .mul(FloatVector.fromMemorySegment(F, f, fo + 4L * j, LE).add(plus));
            a = a.add(g);
            b = g.fma(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE).sub(mean), b);
        }
        if (j < d) {
            VectorMask<Float> m = F.indexInRange(j, d);
            // gy is 0 behind the end, whatever x and the factor are
            FloatVector g = FloatVector.fromMemorySegment(F, gy, go + 4L * j, LE, m)
                    .mul(FloatVector.fromMemorySegment(F, f, fo + 4L * j, LE, m).add(plus));
            a = a.add(g);
            b = g.fma(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE, m).sub(mean), b);
        }
        to[0] = a.reduceLanes(VectorOperators.ADD) / d;
        to[1] = b.reduceLanes(VectorOperators.ADD) * scale / d;
    }

    /** Adds up the chunks of each group; columns in parallel. */
    private void gather(WorkerPool pool, Groups.Chunk[] chunks, Floats sums, Floats to) {
        to.data().asSlice(to.base(), 4L * groups.count() * d).fill((byte) 0);
        int stripes = (d + 63) / 64;
        pool.splitIf((long) chunks.length * d > NormForward.PARALLEL, stripes, (from, end) -> {
            int start = from * 64;
            int n = Math.min(d, end * 64) - start;
            for (int c = 0; c < chunks.length; c++) {
                add(sums, (long) c * d + start, to, (long) chunks[c].group() * d + start, n);
            }
        });
    }

    /** Adds {@code n} elements of x to those of y. */
    static void add(Floats x, long from, Floats y, long to, int n) {
        long xo = x.at(from);
        long yo = y.at(to);
        int j = 0;
        for (; j + N <= n; j += N) {
            FloatVector.fromMemorySegment(F, y.data(), yo + 4L * j, LE)
                    .add(FloatVector.fromMemorySegment(F, x.data(), xo + 4L * j, LE))
                    .intoMemorySegment(y.data(), yo + 4L * j, LE);
        }
        for (; j < n; j++) {
            Lanes.set(y.data(), yo + 4L * j, Lanes.get(y.data(), yo + 4L * j) + Lanes.get(x.data(), xo + 4L * j));
        }
    }
}
