package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import java.util.List;

/**
 * {@link AdafactorUpdate}: {@code adafactor.cl}, two launches, four where the second moment is factored, over tiles of 64
 * rows; 256 work-items a tile. The gradient is read three times: its sums come before its update, and the clip's sum
 * between them.
 */
final class AdafactorKernel implements ClKernel<AdafactorUpdate> {
    private static final int ROWS = 64;

    @Override
    public boolean accepts(AdafactorUpdate op, List<Tensor> in) {
        return in.getFirst().size() > 0;
    }

    @Override
    public void run(ClBackend cl, AdafactorUpdate op, List<Tensor> given, List<Tensor> out) {
        List<Tensor> in = given.stream().map(cl::dense).toList();
        Tensor p = in.get(0);
        Tensor g = in.get(1);
        boolean momentum = op.beta1() > 0;
        Tensor m = momentum ? in.getLast() : p;
        boolean factored = op.moment() == AdafactorUpdate.Moment.FACTORED;
        boolean four = Stored.byFour(factored ? p.dim(-1) : p.size(), in.toArray(Tensor[]::new));
        int width = four ? 128 : 32;
        int r = factored ? p.dim(-2) : Math.toIntExact((p.size() + width - 1) / width);
        int c = factored ? p.dim(-1) : width;
        int planes = factored ? Math.toIntExact(p.size() / r / c) : 1;
        long n = p.size() / planes;
        int across = (c + width - 1) / width;
        int down = (r + ROWS - 1) / ROWS;
        String options = (four ? "-DVEC=4" : "") + (factored ? " -DFACTORED" : "") + (momentum ? " -DMOMENTUM" : "");
        float beta2 = (float) op.beta2();
        float eps = (float) op.eps();
        Tensor second = out.get(1);
        Tensor columns = factored ? out.get(2) : second;
        if (factored) {
            Tensor rowSums = cl.scratch(across, planes, r);
            Tensor colSums = cl.scratch(down, planes, c);
            cl.launch("adafactor", "adafactor_sums", options)
                    .tensors(List.of(g, rowSums, colSums))
                    .number(n)
                    .number(r)
                    .number(c)
                    .number(eps)
                    .groups(256, across, down, planes);
            cl.launch("adafactor", "adafactor_moments", options)
                    .tensors(List.of(rowSums, colSums, in.get(2), in.get(3), second, columns))
                    .number(planes)
                    .number(r)
                    .number(c)
                    .number(beta2)
                    .items((long) planes * (r + c));
        }
        Tensor means = cl.scratch(planes);
        Tensor parts = cl.scratch(planes, down, across);
        cl.launch("adafactor", "adafactor_square", options)
                .tensors(List.of(g, in.get(2), second, columns, means, parts))
                .number(n)
                .number(r)
                .number(c)
                .number(beta2)
                .number(eps)
                .groups(256, across, down, planes);
        cl.launch("adafactor", "adafactor_step", options)
                .tensors(List.of(
                        p,
                        g,
                        second,
                        columns,
                        means,
                        parts,
                        m,
                        out.getFirst(),
                        momentum ? out.getLast() : out.getFirst()))
                .number(n)
                .number(r)
                .number(c)
                .number((float) op.lr())
                .number((float) op.clip())
                .number((float) op.beta1())
                .groups(256, across, down, planes);
    }
}
