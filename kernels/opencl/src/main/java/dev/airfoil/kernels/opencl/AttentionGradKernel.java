package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AttentionGrad;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link AttentionGrad}: {@code attention.cl}, or {@code attention_mma.cl} on tensor cores; one pass whose work-groups own
 * keys and one whose work-groups own queries, so that every sum is made by one work-item, in order.
 */
final class AttentionGradKernel implements ClKernel<AttentionGrad> {
    @Override
    public boolean accepts(AttentionGrad op, List<Tensor> in) {
        return AttentionTiles.fits(in.getFirst());
    }

    @Override
    public void run(ClBackend cl, AttentionGrad op, List<Tensor> in, List<Tensor> out) {
        if (AttentionMma.fits(cl, op.attention(), in.getFirst())) {
            new AttentionMma(cl, op.attention(), in, 6).backward(in.get(3), in.get(4), in.get(5), out);
            return;
        }
        AttentionTiles tiles = new AttentionTiles(cl, op.attention(), in.get(0), in.get(1), in.get(2));
        int rows = Math.multiplyExact(tiles.planes(), tiles.queries());
        Tensor go = cl.dense(in.get(5));
        Tensor delta = cl.scratch(rows);
        int side = tiles.side(cl, 4);
        String options = tiles.options(side, in.size() > 6, go);
        cl.launch("attention", "attention_delta", options)
                .tensor(cl.dense(in.get(3)))
                .tensor(go)
                .tensor(delta)
                .number(tiles.heads())
                .number(tiles.queries())
                .number(rows)
                .groups(256, (rows + 15) / 16, 1, 1);
        List<Tensor> all = new ArrayList<>(tiles.inputs(cl, in, 6));
        all.addAll(List.of(go, cl.dense(in.get(4)), delta));
        Launch keys = cl.launch("attention", "attention_grad_keys", options)
                .tensors(all)
                .tensors(out.subList(1, 3));
        tiles.settings(keys)
                .operations(AttentionMma.Pass.GRAD_KEYS.operations(in.get(0), in.get(1)))
                .groups(256, (tiles.keys() + side - 1L) / side, tiles.planes(), 1);
        Launch queries = cl.launch("attention", "attention_grad_queries", options)
                .tensors(all)
                .tensor(out.getFirst());
        tiles.settings(queries)
                .operations(AttentionMma.Pass.GRAD_QUERIES.operations(in.get(0), in.get(1)))
                .groups(256, (tiles.queries() + side - 1L) / side, tiles.planes(), 1);
    }
}
