package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AttentionGrad;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link AttentionGrad}: {@code attention.cl}, one pass whose work-groups own keys and one whose work-groups own
 * queries, so that every sum is made by one work-item, in order.
 */
final class AttentionGradKernel implements ClKernel<AttentionGrad> {
    @Override
    public Class<AttentionGrad> op() {
        return AttentionGrad.class;
    }

    @Override
    public boolean accepts(AttentionGrad op, List<Tensor> in) {
        return AttentionTiles.fits(in.getFirst());
    }

    @Override
    public void run(ClBackend cl, AttentionGrad op, List<Tensor> in, List<Tensor> out) {
        AttentionTiles tiles = new AttentionTiles(cl, op.attention(), in.get(0), in.get(1), in.get(2));
        int rows = tiles.planes() * tiles.queries();
        Tensor go = cl.dense(in.get(5));
        boolean masked = in.size() > 6;
        AttentionTiles.Way byKeys = tiles.way(cl, AttentionMma.Pass.GRAD_KEYS, 4, masked, go);
        AttentionTiles.Way byQueries = tiles.way(cl, AttentionMma.Pass.GRAD_QUERIES, 4, masked, go);
        Tensor delta = cl.scratch(rows);
        cl.launch("attention", "attention_delta", tiles.options(16, "", false))
                .tensor(cl.dense(in.get(3)))
                .tensor(go)
                .tensor(delta)
                .number(tiles.heads())
                .number(tiles.queries())
                .number(rows)
                .groups(256, (rows + 15) / 16, 1, 1);
        List<Tensor> all = new ArrayList<>(tiles.inputs(cl, in, 6));
        all.addAll(List.of(go, cl.dense(in.get(4)), delta));
        Launch keys = cl.launch(byKeys.file(), "attention_grad_keys", byKeys.options())
                .tensors(all)
                .tensors(out.subList(1, 3));
        tiles.settings(keys).groups(byKeys.items(), byKeys.groups(tiles.keys()), tiles.planes(), 1);
        Launch queries = cl.launch(byQueries.file(), "attention_grad_queries", byQueries.options())
                .tensors(all)
                .tensor(out.getFirst());
        tiles.settings(queries).groups(byQueries.items(), byQueries.groups(tiles.queries()), tiles.planes(), 1);
    }
}
