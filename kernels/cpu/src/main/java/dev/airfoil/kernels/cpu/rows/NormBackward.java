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
                float[] numbers = new float[8 * N];
                for (int c = from; c < to; c++) {
                    Groups.Chunk chunk = chunks[c];
                    long group = (long) chunk.group() * d;
                    long fo = factors.at((long) c * d);
                    long so = shifts.at((long) c * d);
                    sums.asSlice(fo, 4L * d).fill((byte) 0);
                    sums.asSlice(so, 4L * d).fill((byte) 0);
                    for (int i = chunk.from(); i < chunk.to(); i += 2) {
                        int gap = i + 1 < chunk.to() ? d : 0;
                        rows(x, factor, group, gy, gx, (long) i * d, gap, numbers, sums, fo, so);
                    }
                }
            });
            gather(pool, chunks, factors, gFactor);
            gShift.ifPresent(g -> gather(pool, chunks, shifts, g));
        }
    }

    /** The row that begins at element {@code row}, and where {@code gap} is not 0 the next one, so many elements on. */
    private void rows(
            Floats x,
            Floats f,
            long group,
            Floats gy,
            Floats gx,
            long row,
            int gap,
            float[] numbers,
            MemorySegment sums,
            long factors,
            long shifts) {
        measure(x, f, group, gy, row, gap, numbers);
        MemorySegment g = gy.data();
        MemorySegment out = gx.data();
        long xo = x.at(row);
        long fo = f.at(group);
        long go = gy.at(row);
        long to = gx.at(row);
        if (gap == 0) {
            back(x.data(), xo, f.data(), fo, plus, g, go, numbers, 0, out, to, sums, factors, shifts, d);
        } else {
            backBoth(x.data(), xo, f.data(), fo, plus, g, go, numbers, out, to, sums, factors, shifts, d);
        }
    }

    /**
     * What {@link #back} needs of a row, and of the row {@code gap} elements on: to {@code numbers[0 .. 4]} and {@code
     * numbers[4 .. 8]} the mean, the scale, and what the gradient gets of one and of the distance from the mean.
     *
     * @param numbers of eight vectors, to work in
     */
    private void measure(Floats x, Floats f, long group, Floats gy, long row, int gap, float[] numbers) {
        float guess = norm == Norm.LAYER ? RowMath.guess(x.data(), x.at(row), d, numbers) : 0;
        float other = norm == Norm.LAYER ? RowMath.guess(x.data(), x.at(row + gap), d, numbers) : 0;
        double[] means = new double[8];
        for (int start = 0; start < d && norm != Norm.NONE; start += RowMath.PIECE) {
            long xo = x.at(row + start);
            long fo = f.at(group + start);
            long go = gy.at(row + start);
            int n = Math.min(RowMath.PIECE, d - start);
            sums(x.data(), xo, guess, other, f.data(), fo, plus, gy.data(), go, 4L * gap, numbers, n);
            for (int i = 0; i < means.length; i++) {
                means[i] += (double) numbers[i] / d;
            }
        }
        finish(means, 0, guess, numbers);
        finish(means, 4, other, numbers);
    }

    private void finish(double[] means, int at, float guess, float[] numbers) {
        double off = norm == Norm.LAYER ? means[at] : 0;
        double scale = norm == Norm.NONE ? 1 : 1 / Math.sqrt(Math.max(0, means[at + 1] - off * off) + eps);
        numbers[at] = (float) (guess + off);
        numbers[at + 1] = (float) scale;
        numbers[at + 2] = norm == Norm.LAYER ? (float) (-means[at + 2] * scale) : 0;
        numbers[at + 3] = (float) ((off * means[at + 2] - means[at + 3]) * scale * scale * scale);
    }

    /**
     * Writes gx, and adds gy hat and gy to the sums of the chunk. The mean is taken off x before anything is scaled:
     * where x hardly varies the scale is large, and the rounding of a scaled mean would be too.
     */
    private static void back(
            MemorySegment x,
            long xo,
            MemorySegment f,
            long fo,
            float plus,
            MemorySegment gy,
            long go,
            float[] numbers,
            int at,
            MemorySegment gx,
            long to,
            MemorySegment sums,
            long factors,
            long shifts,
            int d) {
        MemorySegment out = offHeap(gx);
        MemorySegment added = offHeap(sums);
        float mean = numbers[at];
        float scale = numbers[at + 1];
        float ofOne = numbers[at + 2];
        float ofDistance = numbers[at + 3];
        int end = F.loopBound(d);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector distance =
                    FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE).sub(mean);
            FloatVector g = FloatVector.fromMemorySegment(F, gy, go + 4L * j, LE);
            FloatVector scaled = g.mul(scale);
            FloatVector rest = distance.fma(FloatVector.broadcast(F, ofDistance), FloatVector.broadcast(F, ofOne));
            scaled.fma(FloatVector.fromMemorySegment(F, f, fo + 4L * j, LE).add(plus), rest)
                    .intoMemorySegment(out, to + 4L * j, LE);
            scaled.fma(distance, FloatVector.fromMemorySegment(F, sums, factors + 4L * j, LE))
                    .intoMemorySegment(added, factors + 4L * j, LE);
            g.add(FloatVector.fromMemorySegment(F, sums, shifts + 4L * j, LE))
                    .intoMemorySegment(added, shifts + 4L * j, LE);
        }
        for (; j < d; j++) {
            float distance = Lanes.get(x, xo + 4L * j) - mean;
            float g = Lanes.get(gy, go + 4L * j);
            float scaled = g * scale;
            float rest = Math.fma(distance, ofDistance, ofOne);
            Lanes.set(gx, to + 4L * j, Math.fma(scaled, Lanes.get(f, fo + 4L * j) + plus, rest));
            Lanes.set(sums, factors + 4L * j, Math.fma(scaled, distance, Lanes.get(sums, factors + 4L * j)));
            Lanes.set(sums, shifts + 4L * j, g + Lanes.get(sums, shifts + 4L * j));
        }
    }

    /** {@link #back} for a row and the next: one trip to the factor and the sums for both, and slices as in NormForward. */
    private static void backBoth(
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
        float mean = numbers[0];
        float scale = numbers[1];
        float ofOne = numbers[2];
        float ofDistance = numbers[3];
        float mean2 = numbers[4];
        float scale2 = numbers[5];
        float ofOne2 = numbers[6];
        float ofDistance2 = numbers[7];
        long x2 = xo + 4L * d;
        long go2 = go + 4L * d;
        long to2 = to + 4L * d;
        MemorySegment row = x.asSlice(xo, 4L * d);
        MemorySegment row2 = x.asSlice(x2, 4L * d);
        MemorySegment grad = gy.asSlice(go, 4L * d);
        MemorySegment grad2 = gy.asSlice(go2, 4L * d);
        MemorySegment factorRow = f.asSlice(fo, 4L * d);
        MemorySegment out = offHeap(gx).asSlice(to, 4L * d);
        MemorySegment out2 = offHeap(gx).asSlice(to2, 4L * d);
        MemorySegment sumOfFactor = offHeap(sums).asSlice(factors, 4L * d);
        MemorySegment sumOfShift = offHeap(sums).asSlice(shifts, 4L * d);
        int end = F.loopBound(d);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector distance =
                    FloatVector.fromMemorySegment(F, row, 4L * j, LE).sub(mean);
            FloatVector g = FloatVector.fromMemorySegment(F, grad, 4L * j, LE);
            FloatVector scaled = g.mul(scale);
            FloatVector rest = distance.fma(FloatVector.broadcast(F, ofDistance), FloatVector.broadcast(F, ofOne));
            FloatVector factor =
                    FloatVector.fromMemorySegment(F, factorRow, 4L * j, LE).add(plus);
            scaled.fma(factor, rest).intoMemorySegment(out, 4L * j, LE);
            FloatVector distance2 =
                    FloatVector.fromMemorySegment(F, row2, 4L * j, LE).sub(mean2);
            FloatVector h = FloatVector.fromMemorySegment(F, grad2, 4L * j, LE);
            FloatVector scaled2 = h.mul(scale2);
            FloatVector rest2 = distance2.fma(FloatVector.broadcast(F, ofDistance2), FloatVector.broadcast(F, ofOne2));
            scaled2.fma(factor, rest2).intoMemorySegment(out2, 4L * j, LE);
            scaled2.fma(distance2, scaled.fma(distance, FloatVector.fromMemorySegment(F, sumOfFactor, 4L * j, LE)))
                    .intoMemorySegment(sumOfFactor, 4L * j, LE);
            h.add(g.add(FloatVector.fromMemorySegment(F, sumOfShift, 4L * j, LE)))
                    .intoMemorySegment(sumOfShift, 4L * j, LE);
        }
        if (j < d) {
            long done = 4L * j;
            long fs = factors + done;
            long ss = shifts + done;
            back(x, xo + done, f, fo + done, plus, gy, go + done, numbers, 0, gx, to + done, sums, fs, ss, d - j);
            back(x, x2 + done, f, fo + done, plus, gy, go2 + done, numbers, 4, gx, to2 + done, sums, fs, ss, d - j);
        }
    }

    /**
     * Sums along a row: of the distances u of x from a guess of its mean, of u^2, of g and of g u; then those of the row
     * {@code gap} bytes on. One trip through memory, and the additions of one row do not wait for those of the other.
     */
    private static void sums(
            MemorySegment x,
            long xo,
            float guess,
            float other,
            MemorySegment f,
            long fo,
            float plus,
            MemorySegment gy,
            long go,
            long gap,
            float[] to,
            int d) {
        FloatVector distances = FloatVector.zero(F);
        FloatVector squares = FloatVector.zero(F);
        FloatVector gradients = FloatVector.zero(F);
        FloatVector products = FloatVector.zero(F);
        FloatVector distances2 = FloatVector.zero(F);
        FloatVector squares2 = FloatVector.zero(F);
        FloatVector gradients2 = FloatVector.zero(F);
        FloatVector products2 = FloatVector.zero(F);
        long x2 = xo + gap;
        long go2 = go + gap;
        int end = F.loopBound(d);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector factor =
                    FloatVector.fromMemorySegment(F, f, fo + 4L * j, LE).add(plus);
            FloatVector u = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE).sub(guess);
            FloatVector g =
                    FloatVector.fromMemorySegment(F, gy, go + 4L * j, LE).mul(factor);
            distances = distances.add(u);
            squares = u.fma(u, squares);
            gradients = gradients.add(g);
            products = g.fma(u, products);
            FloatVector u2 =
                    FloatVector.fromMemorySegment(F, x, x2 + 4L * j, LE).sub(other);
            FloatVector g2 =
                    FloatVector.fromMemorySegment(F, gy, go2 + 4L * j, LE).mul(factor);
            distances2 = distances2.add(u2);
            squares2 = u2.fma(u2, squares2);
            gradients2 = gradients2.add(g2);
            products2 = g2.fma(u2, products2);
        }
        distances.intoArray(to, 0);
        squares.intoArray(to, N);
        gradients.intoArray(to, 2 * N);
        products.intoArray(to, 3 * N);
        distances2.intoArray(to, 4 * N);
        squares2.intoArray(to, 5 * N);
        gradients2.intoArray(to, 6 * N);
        products2.intoArray(to, 7 * N);
        for (int i = 0; i < 8; i++) {
            to[i] = Lanes.sum(to, i * N);
        }
        tail(x, xo, guess, f, fo, plus, gy, go, to, 0, j, d);
        tail(x, x2, other, f, fo, plus, gy, go2, to, 4, j, d);
    }

    /** Adds the elements that fill no vector to four sums. */
    private static void tail(
            MemorySegment x,
            long xo,
            float guess,
            MemorySegment f,
            long fo,
            float plus,
            MemorySegment gy,
            long go,
            float[] to,
            int at,
            int from,
            int d) {
        for (int j = from; j < d; j++) {
            float u = Lanes.get(x, xo + 4L * j) - guess;
            float g = Lanes.get(gy, go + 4L * j) * (Lanes.get(f, fo + 4L * j) + plus);
            to[at] += u;
            to[at + 1] += u * u;
            to[at + 2] += g;
            to[at + 3] += g * u;
        }
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
