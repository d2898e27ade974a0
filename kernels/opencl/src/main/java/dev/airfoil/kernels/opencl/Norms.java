package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The launches of {@code norm.cl}, which the norm kernels share: 32 lanes a row, 8 rows (backward 4) at a time. */
final class Norms {
    /** Rows up to this width stay in registers. */
    private static final int WIDEST = 4096;

    /** Rows of lanes in a work-group of the backward kernel, as norm.cl has it. */
    private static final int SUBS = 4;

    private Norms() {}

    /** What is done to a row first, and what is made of it. */
    enum Norm {
        LAYER(""),
        RMS(" -DRMS"),
        NONE(" -DPLAIN");

        private final String option;

        Norm(String option) {
            this.option = option;
        }
    }

    enum Use {
        WEIGHT,
        WEIGHT_BIAS,
        MODULATE,
        GATE
    }

    /** How rows find their settings: see {@code settings} in norm.cl. */
    record Streams(int n, int count, int split) {
        /** All rows share one row of settings. */
        static Streams none(int rows) {
            return new Streams(rows, 1, 0);
        }

        /** The streams of {@code x [b n d]} whose settings are {@code perStream [b s d]}. */
        static Streams of(Tensor x, Tensor perStream, int split) {
            return new Streams(x.dim(1), perStream.dim(1), split);
        }

        /** What lies between the settings of batches and of streams. */
        long[] far(Tensor settings) {
            Layout l = settings.layout();
            return l.shape().rank() == 1 ? new long[] {0, 0} : new long[] {l.stride(0), count == 1 ? 0 : l.stride(1)};
        }
    }

    static boolean fits(Tensor x) {
        return x.shape().rank() > 0 && x.dim(-1) > 0 && x.dim(-1) <= WIDEST;
    }

    static int rows(Tensor x) {
        return Math.toIntExact(x.size() / x.dim(-1));
    }

    private static String options(Norm norm, Use use, Tensor x, Tensor w, boolean four) {
        String types = Stored.as(x) + Stored.param(w) + (four ? " -DVEC=4" : "");
        return String.format(Locale.ROOT, "-DD=%d -D%s%s%s", x.dim(-1), use, norm.option, types);
    }

    /** Settings {@code [d]} or {@code [b s d]}, whose rows must be dense. */
    private static Tensor rowsDense(ClBackend cl, Tensor settings) {
        return settings.layout().stride(-1) == 1 || settings.dim(-1) == 1 ? settings : cl.copy(settings);
    }

    private static boolean farByFour(long[] far) {
        return far[0] % 4 == 0 && far[1] % 4 == 0;
    }

    /** The forward kernel; {@code q} is the addend if the use has one. */
    static void forward(
            ClBackend cl, Norm norm, Use use, Tensor x, Tensor w, Optional<Tensor> q, Tensor y, Streams s, float eps) {
        int rows = rows(x);
        Tensor dense = cl.dense(x);
        Tensor factor = rowsDense(cl, w);
        Tensor addend =
                q.map(t -> use == Use.GATE ? cl.dense(t) : rowsDense(cl, t)).orElse(factor);
        long[] factorFar = s.far(factor);
        long[] addendFar = s.far(addend);
        boolean four = Stored.byFour(x.dim(-1), dense, factor, addend) && farByFour(factorFar) && farByFour(addendFar);
        cl.launch("norm", "norm", options(norm, use, x, w, four))
                .tensor(dense)
                .tensor(factor)
                .tensor(addend)
                .tensor(y)
                .number(rows)
                .number(s.n)
                .number(s.split)
                .vector(factorFar)
                .vector(addendFar)
                .number(eps)
                .groups(256, (rows + 7) / 8, 1, 1);
    }

    /** Into how many chunks the rows of a batch are cut; see TURNS in norm.cl. */
    private static int chunks(ClDevice device, int segments, int n) {
        // Two such work-groups fit a unit of an H100: two rounds of them, but at least two rows for each row of lanes.
        return device.isNvidia()
                ? Math.clamp(4L * device.units() / segments, 1, Math.max(1, n / (2 * SUBS)))
                : (n + SUBS - 1) / SUBS;
    }

    /**
     * The backward kernel: gx, and the sums over the rows of each stream of {@code gy hat} and of {@code gy}.
     *
     * @param along receives the sums of gy hat
     * @param plain receives the sums of gy, if they are wanted
     */
    static void backward(
            ClBackend cl,
            Norm norm,
            Use use,
            Tensor someX,
            Tensor w,
            Tensor someGy,
            Tensor gx,
            Tensor along,
            Optional<Tensor> plain,
            Streams s,
            float eps) {
        Tensor x = cl.dense(someX);
        Tensor gy = cl.dense(someGy);
        int d = x.dim(-1);
        int rows = rows(x);
        if (rows == 0) {
            Copies.fill(cl, along, 0);
            plain.ifPresent(t -> Copies.fill(cl, t, 0));
            return;
        }
        Tensor factor = rowsDense(cl, w);
        long[] far = s.far(factor);
        boolean four = Stored.byFour(d, x, gy, factor) && farByFour(far);
        int segments = rows / s.n * s.count;
        int chunks = chunks(cl.device(), segments, s.n);
        int chunk = (s.n + chunks - 1) / chunks;
        boolean direct = chunks == 1 && along.dtype() == DType.F32;
        Tensor partAlong = direct ? along : cl.scratch(segments, chunks, d);
        Tensor partPlain = direct || plain.isEmpty() ? plain.orElse(partAlong) : cl.scratch(segments, chunks, d);
        String options = options(norm, use, x, w, four)
                + (plain.isPresent() ? " -DPLAIN_SUM" : "")
                + Stored.result(x, along.dtype());
        cl.launch("norm", "norm_grad", options)
                .tensors(List.of(x, factor, gy, gx, partAlong, partPlain))
                .number(s.n)
                .number(s.count)
                .number(s.split)
                .number(chunk)
                .vector(far)
                .number(eps)
                .groups(32 * SUBS, segments, chunks, 1);
        if (!direct) {
            cl.launch("norm", "norm_sums", options)
                    .tensors(List.of(partAlong, partPlain, along, plain.orElse(along)))
                    .number(chunks)
                    .groups(256, (d + 31) / 32, segments, plain.isPresent() ? 2 : 1);
        }
    }
}
