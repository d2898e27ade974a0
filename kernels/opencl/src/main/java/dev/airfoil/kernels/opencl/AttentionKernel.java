package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Attention;
import java.util.List;

/**
 * {@link Attention}: {@code attention.cl}, or {@code attention_mma.cl} on tensor cores; one work-group a tile of queries of
 * one head.
 */
final class AttentionKernel implements ClKernel<Attention> {
    @Override
    public boolean accepts(Attention op, List<Tensor> in) {
        return AttentionTiles.fits(in.getFirst());
    }

    @Override
    public void run(ClBackend cl, Attention op, List<Tensor> in, List<Tensor> out) {
        if (AttentionMma.fits(cl, op, in.getFirst())) {
            new AttentionMma(cl, op, in, 3).forward(out);
            return;
        }
        AttentionTiles tiles = new AttentionTiles(cl, op, in.get(0), in.get(1), in.get(2));
        int side = tiles.side(cl, 3);
        Launch launch = cl.launch("attention", "attention", tiles.options(side, in.size() > 3))
                .tensors(tiles.inputs(cl, in, 3))
                .tensors(out);
        tiles.settings(launch)
                .operations(AttentionMma.Pass.FORWARD.operations(in.get(0), in.get(1)))
                .groups(256, (tiles.queries() + side - 1L) / side, tiles.planes(), 1);
    }
}
