package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.Scratch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The gradients of {@link NormForward}: with {@code g = gy (factor + plus)}, {@code gx = scale (g - mean(g) - hat mean(g
 * hat))} (for RMS without the mean(g); without a norm g itself); {@code gy hat} summed over the rows of a group is the
 * gradient of the factor, gy that of the shift. Chunks of rows in parallel, each with sums of its own that are added up
 * in order afterwards.
 */
record NormBackward(Norm norm, float eps, Groups groups, int d, float plus) {
    private static final int STRIPE = 256;

    void run(WorkerPool pool, Floats x, Floats factor, Floats gy, Floats gx, Floats gFactor, Optional<Floats> gShift) {
        Groups.Chunk[] chunks = groups.chunks();
        try (Scratch shared = Scratch.borrow()) {
            long size = (long) chunks.length * d;
            MemorySegment sums = shared.segment(0, 2 * size);
            Floats factors = new Floats(sums, 0);
            Floats shifts = new Floats(sums, 4 * size);
            pool.splitIf((long) groups.rows() * d > NormForward.PARALLEL, chunks.length, (from, to) -> {
                float[] numbers = new float[4];
                for (int c = from; c < to; c++) {
                    Groups.Chunk chunk = chunks[c];
                    long fo = factors.at((long) c * d);
                    long so = shifts.at((long) c * d);
                    sums.asSlice(fo, 4L * d).fill((byte) 0);
                    sums.asSlice(so, 4L * d).fill((byte) 0);
                    for (int i = chunk.from(); i < chunk.to(); i++) {
                        long row = (long) i * d;
                        row(x, factor, (long) chunk.group() * d, gy, gx, row, numbers, sums, fo, so);
                    }
                }
            });
            gather(pool, chunks, factors, gFactor);
            gShift.ifPresent(g -> gather(pool, chunks, shifts, g));
        }
    }

    /** @param numbers room for the numbers of a row: mean, scale, mean(g), mean(g hat) */
    private void row(
            Floats x,
            Floats f,
            long group,
            Floats gy,
            Floats gx,
            long row,
            float[] numbers,
            MemorySegment sums,
            long factors,
            long shifts) {
        norm.measure(x.data(), x.at(row), d, eps, numbers);
        numbers[2] = 0;
        numbers[3] = 0;
        if (norm != Norm.NONE) {
            means(x.data(), x.at(row), f.data(), f.at(group), plus, gy.data(), gy.at(row), numbers, d);
        }
        if (norm != Norm.LAYER) {
            numbers[2] = 0;
        }
        back(
                x.data(),
                x.at(row),
                f.data(),
                f.at(group),
                plus,
                gy.data(),
                gy.at(row),
                numbers,
                gx.data(),
                gx.at(row),
                sums,
                factors,
                shifts,
                d);
    }

    /** Writes gx, and adds gy hat and gy to the sums of the chunk. */
    private static void back(
            MemorySegment x,
            long xo,
            MemorySegment f,
            long fo,
            float plus,
            MemorySegment gy,
            long go,
            float[] numbers,
            MemorySegment gx,
            long to,
            MemorySegment sums,
            long factors,
            long shifts,
            int d) {
        MemorySegment out = offHeap(gx);
        MemorySegment added = offHeap(sums);
        float mean = numbers[0];
        float scale = numbers[1];
        float ofG = numbers[2];
        float ofHat = numbers[3];
        int end = F.loopBound(d);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector hat = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE)
                    .sub(mean)
                    .mul(scale);
            FloatVector g = FloatVector.fromMemorySegment(F, gy, go + 4L * j, LE);
            FloatVector back =
                    g.mul(FloatVector.fromMemorySegment(F, f, fo + 4L * j, LE).add(plus));
            back.sub(ofG).sub(hat.mul(ofHat)).mul(scale).intoMemorySegment(out, to + 4L * j, LE);
            g.fma(hat, FloatVector.fromMemorySegment(F, sums, factors + 4L * j, LE))
                    .intoMemorySegment(added, factors + 4L * j, LE);
            g.add(FloatVector.fromMemorySegment(F, sums, shifts + 4L * j, LE))
                    .intoMemorySegment(added, shifts + 4L * j, LE);
        }
        for (; j < d; j++) {
            float hat = (Lanes.get(x, xo + 4L * j) - mean) * scale;
            float g = Lanes.get(gy, go + 4L * j);
            float back = g * (Lanes.get(f, fo + 4L * j) + plus);
            Lanes.set(gx, to + 4L * j, (back - ofG - hat * ofHat) * scale);
            Lanes.set(sums, factors + 4L * j, Math.fma(g, hat, Lanes.get(sums, factors + 4L * j)));
            Lanes.set(sums, shifts + 4L * j, g + Lanes.get(sums, shifts + 4L * j));
        }
    }

    /** The means of g and of g hat along a row. */
    private static void means(
            MemorySegment x,
            long xo,
            MemorySegment f,
            long fo,
            float plus,
            MemorySegment gy,
            long go,
            float[] numbers,
            int d) {
        FloatVector mean = FloatVector.broadcast(F, numbers[0]);
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector c = FloatVector.zero(F);
        FloatVector e = FloatVector.zero(F);
        int end = d / (2 * N) * (2 * N);
        int j = 0;
        for (; j < end; j += 2 * N) {
            long at = 4L * j;
            FloatVector g = FloatVector.fromMemorySegment(F, gy, go + at, LE)
                    .mul(FloatVector.fromMemorySegment(F, f, fo + at, LE).add(plus));
            FloatVector h = FloatVector.fromMemorySegment(F, gy, go + at + 4L * N, LE)
                    .mul(FloatVector.fromMemorySegment(F, f, fo + at + 4L * N, LE)
                            .add(plus));
            a = a.add(g);
            b = b.add(h);
            c = g.fma(FloatVector.fromMemorySegment(F, x, xo + at, LE).sub(mean), c);
            e = h.fma(FloatVector.fromMemorySegment(F, x, xo + at + 4L * N, LE).sub(mean), e);
        }
        for (; j < d; j += N) {
            VectorMask<Float> m = F.indexInRange(j, d);
            // gy is 0 behind the end, whatever x and the factor are
            FloatVector g = FloatVector.fromMemorySegment(F, gy, go + 4L * j, LE, m)
                    .mul(FloatVector.fromMemorySegment(F, f, fo + 4L * j, LE, m).add(plus));
            a = a.add(g);
            c = g.fma(FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE, m).sub(mean), c);
        }
        numbers[2] = Lanes.sum(a.add(b)) / d;
        numbers[3] = Lanes.sum(c.add(e)) * numbers[1] / d;
    }

    /** Adds up the chunks of each group; columns in parallel. */
    private void gather(WorkerPool pool, Groups.Chunk[] chunks, Floats sums, Floats to) {
        to.data().asSlice(to.base(), 4L * groups.count() * d).fill((byte) 0);
        int stripes = (d + STRIPE - 1) / STRIPE;
        pool.splitIf((long) chunks.length * d > NormForward.PARALLEL, stripes, (from, end) -> {
            int start = from * STRIPE;
            int n = Math.min(d, end * STRIPE) - start;
            for (int c = 0; c < chunks.length; c++) {
                long row = sums.at((long) c * d + start);
                RowMath.add(sums.data(), row, to.data(), to.at((long) chunks[c].group() * d + start), n);
            }
        });
    }
}
