package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.ops.Max;
import dev.airfoil.tensor.ops.Sum;
import java.util.List;
import java.util.stream.IntStream;

/** Sums and maxima over axes: {@code reduce.cl}, in a fixed order, without atomics. */
final class Reduce {
    private static final int REDUCED_AXES = 4;

    private Reduce() {}

    /** Reduces {@code axes} of x; y is dense. */
    static void run(ClBackend cl, String options, Tensor x, List<Integer> axes, Tensor y) {
        if (y.size() == 0) {
            return;
        }
        Strided kept = part(x.layout(), axes, false);
        Strided gone = part(x.layout(), axes, true);
        if (x.size() == 0) {
            Copies.fill(cl, y, 0);
            return;
        }
        if (gone.rank() > REDUCED_AXES) {
            Tensor part = cl.scratch(x.shape().with(axes.getFirst(), 1).toArray());
            run(cl, options, x, axes.subList(0, 1), part);
            run(cl, options, part, axes.subList(1, axes.size()), y);
            return;
        }
        long outputs = kept.size();
        long reduced = gone.size();
        Elementwise.checkSize(Math.max(outputs, reduced));
        int cols = kept.dims()[Strided.AXES - 1];
        long far = kept.strides().getFirst()[Strided.AXES - 2];
        long pitch = gone.strides().getFirst()[Strided.AXES - 1];
        boolean four = kept.rank() <= 2
                && gone.rank() == 1
                && kept.strides().getFirst()[Strided.AXES - 1] == 1
                && (far | pitch) % 4 == 0
                && Stored.byFour(cols, x);
        long keptStep = outputs == 1 ? Long.MAX_VALUE : kept.strides().getFirst()[Strided.AXES - 1];
        boolean columns = keptStep < pitch || reduced < 16;
        long groups = four ? (outputs + 127) / 128 : columns ? (outputs + 31) / 32 : (outputs + 7) / 8;
        // Enough work-groups to fill the device, but at least 512 elements (or 64 rows of 128) for each.
        long chunks = Math.clamp(8L * cl.device().units() / groups, 1, Math.max(1, reduced / (four ? 64 : 512)));
        long chunk = (reduced + chunks - 1) / chunks;
        chunks = (reduced + chunk - 1) / chunk;
        Tensor target = chunks == 1 ? y : cl.scratch((int) chunks, (int) outputs);
        String types = Stored.as(x) + Stored.result(x, target.dtype());
        if (four) {
            cl.launch("reduce", "reduce_columns", options + types + " -DVEC=4")
                    .tensor(x)
                    .tensor(target)
                    .number((int) outputs)
                    .number((int) reduced)
                    .number((int) chunk)
                    .number(pitch)
                    .number(cols)
                    .number(far)
                    .groups(256, groups, chunks, 1);
        } else {
            String ranks = " -DRANK=" + kept.rank() + " -DREDUCED_RANK=" + gone.rank();
            cl.launch("reduce", "reduce", options + types + (columns ? " -DCOLUMNS" : "") + ranks)
                    .tensor(x)
                    .tensor(target)
                    .number((int) outputs)
                    .number((int) reduced)
                    .number((int) chunk)
                    .vector(kept.dims())
                    .vector(kept.strides().getFirst())
                    .vector(gone.dims())
                    .vector(gone.strides().getFirst())
                    .groups(256, groups, chunks, 1);
        }
        if (chunks > 1) {
            run(cl, options, target, List.of(0), y);
        }
    }

    private static Strided part(Layout l, List<Integer> axes, boolean reduced) {
        int[] chosen = IntStream.range(0, l.shape().rank())
                .filter(i -> axes.contains(i) == reduced)
                .toArray();
        int[] dims = IntStream.of(chosen).map(l.shape()::dim).toArray();
        long[] strides = IntStream.of(chosen).mapToLong(l::stride).toArray();
        return Strided.of(List.of(new Layout(Shape.of(dims), strides, 0)));
    }

    /** {@link Sum}. */
    static void sum(ClBackend cl, Sum op, List<Tensor> in, List<Tensor> out) {
        run(cl, "", in.getFirst(), op.axes(), out.getFirst());
    }

    /** {@link Max}. */
    static void max(ClBackend cl, Max op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        if (x.dim(op.axis()) == 0) {
            throw new TensorException("max: axis " + op.axis() + " of " + x.spec() + " is empty");
        }
        run(cl, "-DMAXIMUM", x, List.of(op.axis()), out.getFirst());
    }
}
