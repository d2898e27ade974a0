package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Attention;
import java.util.List;

/** {@link Attention}: {@code attention.cl}, one work-group a tile of queries of one head. */
final class AttentionKernel implements ClKernel<Attention> {
    @Override
    public Class<Attention> op() {
        return Attention.class;
    }

    @Override
    public boolean accepts(Attention op, List<Tensor> in) {
        return AttentionTiles.fits(in.getFirst());
    }

    @Override
    public void run(ClBackend cl, Attention op, List<Tensor> in, List<Tensor> out) {
        AttentionTiles tiles = new AttentionTiles(cl, op, in.get(0), in.get(1), in.get(2));
        AttentionTiles.Way way = tiles.way(cl, AttentionMma.Pass.FORWARD, 3, in.size() > 3);
        Launch launch = cl.launch(way.file(), "attention", way.options())
                .tensors(tiles.inputs(cl, in, 3))
                .tensors(out);
        tiles.settings(launch).groups(way.items(), way.groups(tiles.queries()), tiles.planes(), 1);
    }
}
