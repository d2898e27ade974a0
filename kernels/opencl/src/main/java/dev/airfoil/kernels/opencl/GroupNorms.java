package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.GroupNorm;
import dev.airfoil.tensor.ops.GroupNormGrad;
import java.util.List;
import java.util.Locale;

/** {@link GroupNorm} and its gradient: {@code group_norm.cl}, a work-group of 256 for each chunk of each group. */
final class GroupNorms {
    /** Numbers of a chunk at least, where there are more groups of channels than the device has room for. */
    private static final int LEAST = 4096;

    private GroupNorms() {}

    /**
     * What was found of the groups of {@code x [b c h w]}, which is dense.
     *
     * @param chunk how many numbers (or fours) a work-group takes
     * @param found mean and sum of squares {@code [rows chunks 2]}
     */
    private record Groups(String options, int chunk, Tensor found) {
        static Groups of(ClBackend cl, Tensor x, Tensor weight, int groups, Tensor... others) {
            int hw = x.dim(2) * x.dim(3);
            int length = x.dim(1) / groups * hw;
            int rows = x.dim(0) * groups;
            boolean four = Stored.byFour(hw, x) && Stored.byFour(hw, others);
            int steps = four ? length / 4 : length;
            int chunks = Math.clamp(8L * cl.device().units() / rows, 1, Math.max(1, length / LEAST));
            int chunk = (steps + chunks - 1) / chunks;
            String options = String.format(Locale.ROOT, "-DHW=%d -DCPG=%d", hw, x.dim(1) / groups)
                    + (four ? " -DVEC=4" : "")
                    + Stored.as(x)
                    + Stored.param(weight);
            Tensor found = cl.scratch(rows, (steps + chunk - 1) / chunk, 2);
            cl.launch("group_norm", "group_statistics", options + " -DACT=NONE")
                    .tensor(x)
                    .tensor(found)
                    .number(chunk)
                    .groups(256, rows, found.dim(1), 1);
            return new Groups(options, chunk, found);
        }

        Launch launch(ClBackend cl, String kernel, Activation.Fn activation) {
            return cl.launch("group_norm", kernel, options + " -DACT=" + activation);
        }
    }

    static final class Forward implements ClKernel<GroupNorm> {
        @Override
        public Class<GroupNorm> op() {
            return GroupNorm.class;
        }

        @Override
        public boolean accepts(GroupNorm op, List<Tensor> in) {
            return in.getFirst().size() > 0 && in.get(1).dtype() == in.get(2).dtype();
        }

        @Override
        public void run(ClBackend cl, GroupNorm op, List<Tensor> in, List<Tensor> out) {
            Tensor x = cl.dense(in.getFirst());
            Groups g = Groups.of(cl, x, in.get(1), op.groups());
            g.launch(cl, "group_norm", op.activation())
                    .tensors(List.of(x, cl.dense(in.get(1)), cl.dense(in.get(2)), g.found, out.getFirst()))
                    .number(op.groups())
                    .number(g.chunk)
                    .number(op.eps())
                    .groups(256, g.found.dim(0), g.found.dim(1), 1);
        }
    }

    static final class Backward implements ClKernel<GroupNormGrad> {
        @Override
        public Class<GroupNormGrad> op() {
            return GroupNormGrad.class;
        }

        @Override
        public boolean accepts(GroupNormGrad op, List<Tensor> in) {
            return in.getFirst().size() > 0;
        }

        @Override
        public void run(ClBackend cl, GroupNormGrad op, List<Tensor> in, List<Tensor> out) {
            Tensor x = cl.dense(in.get(0));
            Tensor weight = cl.dense(in.get(1));
            Tensor gy = cl.dense(in.get(2));
            Groups g = Groups.of(cl, x, weight, op.groups(), gy);
            Tensor along = cl.scratch(x.dim(0), x.dim(1));
            Tensor plain = cl.scratch(x.dim(0), x.dim(1));
            g.launch(cl, "group_channels", Activation.Fn.NONE)
                    .tensors(List.of(x, gy, g.found, along, plain))
                    .number(g.found.dim(1))
                    .number(g.chunk)
                    .number(op.eps())
                    .groups(256, along.size(), 1, 1);
            g.launch(cl, "group_norm_grad", Activation.Fn.NONE)
                    .tensors(List.of(x, weight, gy, g.found, along, plain, out.getFirst()))
                    .number(op.groups())
                    .number(g.chunk)
                    .number(op.eps())
                    .groups(256, g.found.dim(0), g.found.dim(1), 1);
            Reduce.run(cl, "", along, List.of(0), out.get(1));
            Reduce.run(cl, "", plain, List.of(0), out.get(2));
        }
    }
}
