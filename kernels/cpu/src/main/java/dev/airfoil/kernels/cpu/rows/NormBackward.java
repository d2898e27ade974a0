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
                float[] numbers = new float[4 * N];
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
        float guess = norm == Norm.LAYER ? RowMath.guess(x.data(), x.at(row), d, numbers) : 0;
        double[] means = new double[4];
        for (int start = 0; start < d && norm != Norm.NONE; start += RowMath.PIECE) {
            long fo = f.at(group + start);
            int n = Math.min(RowMath.PIECE, d - start);
            sums(x.data(), x.at(row + start), guess, f.data(), fo, plus, gy.data(), gy.at(row + start), numbers, n);
            for (int i = 0; i < means.length; i++) {
                means[i] += (double) numbers[i] / d;
            }
        }
        double off = norm == Norm.LAYER ? means[0] : 0;
        double scale = norm == Norm.NONE ? 1 : 1 / Math.sqrt(Math.max(0, means[1] - off * off) + eps);
        numbers[0] = (float) (guess + off);
        numbers[1] = (float) scale;
        numbers[2] = norm == Norm.LAYER ? (float) means[2] : 0;
        numbers[3] = (float) ((means[3] - off * means[2]) * scale);
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
        float ofDistance = -numbers[3] * scale * scale;
        float ofG = -numbers[2] * scale;
        int end = F.loopBound(d);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector distance =
                    FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE).sub(mean);
            FloatVector g = FloatVector.fromMemorySegment(F, gy, go + 4L * j, LE);
            FloatVector scaled = g.mul(scale);
            FloatVector rest = distance.fma(FloatVector.broadcast(F, ofDistance), FloatVector.broadcast(F, ofG));
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
            float rest = Math.fma(distance, ofDistance, ofG);
            Lanes.set(gx, to + 4L * j, Math.fma(scaled, Lanes.get(f, fo + 4L * j) + plus, rest));
            Lanes.set(sums, factors + 4L * j, Math.fma(scaled, distance, Lanes.get(sums, factors + 4L * j)));
            Lanes.set(sums, shifts + 4L * j, g + Lanes.get(sums, shifts + 4L * j));
        }
    }

    /** Sums along a row: of the distances u of x from a guess of its mean, of u^2, of g and of g u; one trip through memory. */
    private static void sums(
            MemorySegment x,
            long xo,
            float guess,
            MemorySegment f,
            long fo,
            float plus,
            MemorySegment gy,
            long go,
            float[] to,
            int d) {
        FloatVector distances = FloatVector.zero(F);
        FloatVector squares = FloatVector.zero(F);
        FloatVector gradients = FloatVector.zero(F);
        FloatVector products = FloatVector.zero(F);
        int end = F.loopBound(d);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector u = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE).sub(guess);
            FloatVector g = FloatVector.fromMemorySegment(F, gy, go + 4L * j, LE)
                    .mul(FloatVector.fromMemorySegment(F, f, fo + 4L * j, LE).add(plus));
            distances = distances.add(u);
            squares = u.fma(u, squares);
            gradients = gradients.add(g);
            products = g.fma(u, products);
        }
        to[0] = Lanes.sum(distances);
        to[1] = Lanes.sum(squares);
        to[2] = Lanes.sum(gradients);
        to[3] = Lanes.sum(products);
        for (; j < d; j++) {
            float u = Lanes.get(x, xo + 4L * j) - guess;
            float g = Lanes.get(gy, go + 4L * j) * (Lanes.get(f, fo + 4L * j) + plus);
            to[0] += u;
            to[1] += u * u;
            to[2] += g;
            to[3] += g * u;
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
