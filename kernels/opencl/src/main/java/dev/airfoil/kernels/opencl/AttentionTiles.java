package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Attention;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What the launches of {@code attention.cl} share: the inputs with rows that kernels can read, and the tile, the
 * largest whose rows fit the device's local memory.
 */
final class AttentionTiles {
    private static final int WIDEST = 128;

    /** Work-groups along the second axis of a launch, on NVIDIA. */
    private static final int MOST_PLANES = 65535;

    private final Tensor q;
    private final Tensor k;
    private final Tensor v;
    private final Attention op;

    AttentionTiles(ClBackend cl, Attention op, Tensor q, Tensor k, Tensor v) {
        this.op = op;
        this.q = readable(cl, q);
        this.k = readable(cl, k);
        this.v = readable(cl, v);
    }

    static boolean fits(Tensor q) {
        return q.dim(3) <= WIDEST && q.size() > 0 && (long) q.dim(0) * q.dim(1) <= MOST_PLANES;
    }

    private static Tensor readable(ClBackend cl, Tensor t) {
        return t.layout().stride(3) == 1 || t.dim(3) == 1 ? t : cl.copy(t);
    }

    int heads() {
        return q.dim(1);
    }

    int queries() {
        return q.dim(2);
    }

    int keys() {
        return k.dim(2);
    }

    /** Batches times heads. */
    int planes() {
        return q.dim(0) * q.dim(1);
    }

    /**
     * The rows of a tile.
     *
     * @param tiles how many tiles of rows local memory must hold beside the weights
     */
    int side(ClBackend cl, int tiles) {
        for (int t = 64; t > 16; t /= 2) {
            long bytes = 4L * t * (tiles * (padded() + 4L) + t + 4) + 1024;
            if (bytes <= cl.device().usableLocalMemory()) {
                return t;
            }
        }
        return 16;
    }

    private int padded() {
        int p = 16;
        while (p < q.dim(3)) {
            p *= 2;
        }
        return p;
    }

    /**
     * Options of {@code attention.cl}.
     *
     * @param more gradients that are read like v, or nothing
     */
    String options(int side, boolean masked, Tensor... more) {
        boolean aligned = Stream.concat(Stream.of(q, k, v), Stream.of(more))
                .map(Tensor::layout)
                .allMatch(AttentionTiles::aligned);
        String masks = (masked ? " -DMASK" : "") + (op.direction() == Attention.Direction.CAUSAL ? " -DCAUSAL" : "");
        return String.format(
                Locale.ROOT,
                "-DE=%d -DEP=%d -DT=%d%s%s%s",
                q.dim(3),
                padded(),
                side,
                masks,
                aligned ? " -DALIGNED" : "",
                Stored.as(q));
    }

    private static boolean aligned(Layout l) {
        return l.offset() % 4 == 0 && l.stride(0) % 4 == 0 && l.stride(1) % 4 == 0 && l.stride(2) % 4 == 0;
    }

    /** q, k, v and the mask (or q once more where there is none). */
    List<Tensor> inputs(ClBackend cl, List<Tensor> in, int maskAt) {
        return List.of(q, k, v, in.size() > maskAt ? cl.dense(in.get(maskAt)) : q);
    }

    /** The numbers that every kernel ends with. */
    Launch settings(Launch launch) {
        Layout a = q.layout();
        Layout b = k.layout();
        Layout c = v.layout();
        return launch.number(heads())
                .number(queries())
                .number(keys())
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
                .number(op.scale());
    }
}
