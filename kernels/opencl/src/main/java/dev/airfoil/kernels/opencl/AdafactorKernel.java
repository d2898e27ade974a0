package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import java.util.List;

/** {@link AdafactorUpdate}: {@code adafactor.cl}, three or four launches. */
final class AdafactorKernel implements ClKernel<AdafactorUpdate> {
    /** Parts of the sum of squares: few enough for every work-item to add up. */
    private static final int PARTS = 64;

    @Override
    public Class<AdafactorUpdate> op() {
        return AdafactorUpdate.class;
    }

    @Override
    public boolean accepts(AdafactorUpdate op, List<Tensor> in) {
        return in.getFirst().size() > 0;
    }

    @Override
    public void run(ClBackend cl, AdafactorUpdate op, List<Tensor> given, List<Tensor> out) {
        List<Tensor> in = given.stream().map(cl::dense).toList();
        Tensor p = in.get(0);
        Tensor g = in.get(1);
        long n = p.size();
        boolean factored = op.moment() == AdafactorUpdate.Moment.FACTORED;
        int r = factored ? p.dim(-2) : 1;
        int c = factored ? p.dim(-1) : 1;
        int planes = factored ? Math.toIntExact(n / r / c) : 1;
        Tensor mean = cl.scratch(planes);
        Tensor second = out.get(1);
        Tensor col = factored ? out.get(2) : mean;
        float beta2 = (float) op.beta2();
        float eps = (float) op.eps();
        String options = (factored ? "-DFACTORED" : "") + (op.beta1() > 0 ? " -DMOMENTUM" : "");
        if (factored) {
            int rows = planes * r;
            cl.launch("adafactor", "adafactor_rows", options)
                    .tensors(List.of(g, in.get(2), second))
                    .number(rows)
                    .number(c)
                    .number(beta2)
                    .number(eps)
                    .groups(256, (rows + 7) / 8, 1, 1);
            cl.launch("adafactor", "adafactor_columns", options)
                    .tensors(List.of(g, in.get(3), second, col, mean))
                    .number(r)
                    .number(c)
                    .number(beta2)
                    .number(eps)
                    .groups(256, (c + 31) / 32, planes, 1);
        } else {
            cl.launch("adafactor", "adafactor_full", options)
                    .tensors(List.of(g, in.get(2), second))
                    .number(n)
                    .number(beta2)
                    .number(eps)
                    .items(n);
        }
        int count = Math.clamp((n + 1023) / 1024, 1, PARTS);
        Tensor parts = cl.scratch(count);
        cl.launch("adafactor", "adafactor_square", options)
                .tensors(List.of(g, second, col, mean, parts))
                .number(n)
                .number(r)
                .number(c)
                .groups(256, count, 1, 1);
        cl.launch("adafactor", "adafactor_step", options)
                .tensors(List.of(p, g, second, col, mean, parts, in.getLast(), out.getFirst(), out.getLast()))
                .number(n)
                .number(r)
                .number(c)
                .number(count)
                .number((float) op.lr())
                .number((float) op.clip())
                .number((float) op.beta1())
                .items(n);
    }
}
