package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.ops.Attention;
import dev.airfoil.tensor.ops.Cast;
import java.util.List;
import java.util.Optional;

/**
 * Attention and its gradient on NVIDIA's tensor cores, by {@code attention_mma.cl}: of BF16 tensors, or of F32 ones that
 * are rounded to BF16 first.
 */
final class AttentionMma {
    private final ClBackend cl;
    private final Attention op;
    private final Tensor q;
    private final Tensor k;
    private final Tensor v;
    private final Optional<Tensor> mask;

    /** For inputs that begin with q, k and v, with the mask, if any, at {@code maskAt}. */
    AttentionMma(ClBackend cl, Attention op, List<Tensor> in, int maskAt) {
        this.cl = cl;
        this.op = op;
        this.q = factor(in.get(0));
        this.k = factor(in.get(1));
        this.v = factor(in.get(2));
        this.mask = in.size() > maskAt ? Optional.of(cl.dense(in.get(maskAt))) : Optional.empty();
    }

    /** The three kernels; each is fastest with a tile of its own. */
    enum Pass {
        FORWARD("attention", 2),
        GRAD_QUERIES("attention_grad_queries", 3),
        GRAD_KEYS("attention_grad_keys", 4);

        private final String kernel;
        private final int products;

        Pass(String kernel, int products) {
            this.kernel = kernel;
            this.products = products;
        }

        /** What its products take, masks or not. */
        double operations(Tensor q, Tensor k) {
            return 2.0 * products * q.size() * k.dim(2);
        }
    }

    /**
     * A group's shape.
     *
     * @param rows of the other side in local memory at a time
     * @param warps each owns 16 rows
     * @param registers that a work-item may take, so that enough groups share a unit
     */
    record Tile(int rows, int warps, int registers) {
        /** As many as a work-item can have. */
        private static final int ALL = 255;

        /** Without a limit. */
        Tile(int rows, int warps) {
            this(rows, warps, ALL);
        }

        String options() {
            String limit = registers < ALL ? " -DLIMITED -cl-nv-maxrregcount=" + registers : "";
            return " -DT=" + rows + " -DWARPS=" + warps + limit;
        }
    }

    /** Whether attention of {@code q} goes this way; a softmax of falling scores is not prepared for. */
    static boolean fits(ClBackend cl, Attention op, Tensor q) {
        int e = q.dim(3);
        return cl.tensorCores(q.dtype()) && op.scale() > 0 && (e == 32 || e == 64 || e == 128);
    }

    /**
     * The fastest of those tried on an H100, with 333 and 1101 tokens; one of them takes more local memory than other
     * devices have.
     */
    static Tile tile(int e, Pass pass, boolean hopper) {
        return switch (e) {
            case 32 ->
                switch (pass) {
                    case FORWARD -> new Tile(64, 8);
                    case GRAD_QUERIES -> new Tile(112, 4);
                    case GRAD_KEYS -> new Tile(48, 8, 128);
                };
            case 64 ->
                switch (pass) {
                    case FORWARD -> new Tile(112, 8, 128);
                    case GRAD_QUERIES -> new Tile(64, 8, 128);
                    case GRAD_KEYS -> new Tile(112, 4);
                };
            default ->
                switch (pass) {
                    case FORWARD -> new Tile(48, 8, 128);
                    case GRAD_QUERIES -> new Tile(64, 4);
                    case GRAD_KEYS -> hopper ? new Tile(80, 8) : new Tile(64, 4);
                };
        };
    }

    /** Writes o and lse. */
    void forward(List<Tensor> out) {
        Tensor o = target(out.getFirst());
        run(Pass.FORWARD, List.of(o, out.get(1)));
        deliver(o, out.getFirst());
    }

    /** Writes the gradients of q, k and v. */
    void backward(Tensor o, Tensor lse, Tensor go, List<Tensor> out) {
        Tensor gradient = dense(go);
        Tensor known = cl.scratch(q.dim(0), q.dim(1), q.dim(2), 2);
        List<Tensor> to = out.stream().map(this::target).toList();
        run(Pass.GRAD_QUERIES, List.of(dense(o), cl.dense(lse), gradient, to.get(0), known));
        run(Pass.GRAD_KEYS, List.of(gradient, known, to.get(1), to.get(2)));
        for (int i = 0; i < 3; i++) {
            deliver(to.get(i), out.get(i));
        }
    }

    private void run(Pass pass, List<Tensor> more) {
        Tile tile = tile(q.dim(3), pass, cl.device().isHopper());
        int own = 16 * tile.warps;
        int rows = pass == Pass.GRAD_KEYS ? k.dim(2) : q.dim(2);
        Layout a = q.layout();
        Layout b = k.layout();
        Layout c = v.layout();
        launch(pass, tile)
                .tensors(List.of(q, k, v, mask.orElse(q)))
                .tensors(more)
                .number(q.dim(1))
                .number(q.dim(2))
                .number(k.dim(2))
                .vector(new long[] {
                    a.stride(0),
                    a.stride(1),
                    a.stride(2),
                    b.stride(0),
                    b.stride(1),
                    b.stride(2),
                    c.stride(0),
                    c.stride(1)
                })
                .number(c.stride(2))
                .number(op.scale())
                .operations(pass.operations(q, k))
                .groups(2 * own, (rows + own - 1L) / own, (long) q.dim(0) * q.dim(1), 1);
    }

    /** Hopper's own instructions where the driver takes them, else those that all have. */
    private Launch launch(Pass pass, Tile tile) {
        String options = "-DE=" + q.dim(3) + tile.options() + (mask.isPresent() ? " -DMASK" : "")
                + (op.direction() == Attention.Direction.CAUSAL ? " -DCAUSAL" : "");
        Optional<Launch> hopper = cl.hopper()
                ? cl.tryLaunch("attention_mma", pass.kernel, options + ClPrograms.HOPPER)
                : Optional.empty();
        return hopper.orElseGet(() -> cl.launch("attention_mma", pass.kernel, options));
    }

    // ---- BF16 of what is F32, and back

    /** {@code t} in BF16, with rows that begin at multiples of 16 bytes. */
    private Tensor factor(Tensor t) {
        Layout l = t.layout();
        boolean readable = t.dtype() == DType.BF16
                && l.stride(3) == 1
                && (l.offset() | l.stride(0) | l.stride(1) | l.stride(2)) % 8 == 0;
        return readable ? t : dense(t);
    }

    private Tensor dense(Tensor t) {
        if (t.dtype() == DType.BF16) {
            return t.layout().isContiguous() && t.layout().offset() % 8 == 0 ? t : cl.copy(t);
        }
        Tensor rounded = cl.scratch(new TensorSpec(DType.BF16, t.shape()));
        cl.also(new Cast(DType.BF16), List.of(t), rounded);
        return rounded;
    }

    private Tensor target(Tensor out) {
        return out.dtype() == DType.BF16 ? out : cl.scratch(new TensorSpec(DType.BF16, out.shape()));
    }

    private void deliver(Tensor made, Tensor out) {
        if (made != out) {
            cl.also(new Cast(out.dtype()), List.of(made), out);
        }
    }
}
