package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.GroupNorm;
import dev.airfoil.tensor.ops.GroupNormGrad;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * {@link GroupNorm} and its gradient: {@code group_norm.cl}, a work-group of 256 for each chunk of each channel, which is
 * read twice; or {@link HeldGroups}.
 */
final class GroupNorms {
    /** Numbers of a chunk at least, where there are more channels than the device has room for. */
    private static final int LEAST = 4096;

    private GroupNorms() {}

    /**
     * {@code x [b c h w]}, dense.
     *
     * @throws ArithmeticException if a group has more numbers, or all images more channels, than an int counts, as kernels do
     */
    private static Tensor counted(ClBackend cl, Tensor x, int groups) {
        double group = x.dim(1) / groups * (double) x.dim(2) * x.dim(3);
        double channels = (double) x.dim(0) * x.dim(1);
        if (Math.max(group, channels) > Integer.MAX_VALUE) {
            throw new ArithmeticException(groups + " groups of " + x.spec());
        }
        return cl.dense(x);
    }

    /**
     * What was found of the channels of {@code x [b c h w]}, which is dense.
     *
     * @param chunk how many numbers (or fours) a work-group takes
     * @param found sums {@code [b c, chunks, 2]}, for the gradient four
     */
    private record Channels(String options, int chunk, Tensor found) {
        /** Of {@code read}: x, for the gradient also gy. */
        static Channels of(ClBackend cl, String options, int groups, Tensor weight, Tensor... read) {
            Tensor x = read[0];
            int hw = x.dim(2) * x.dim(3);
            int channels = x.dim(0) * x.dim(1);
            boolean four = Stored.byFour(hw, read);
            int steps = four ? hw / 4 : hw;
            int chunks = Math.clamp(8L * cl.device().units() / channels, 1, Math.max(1, hw / LEAST));
            int chunk = (steps + chunks - 1) / chunks;
            String all = String.format(Locale.ROOT, "-DHW=%d -DCPG=%d", hw, x.dim(1) / groups)
                    + options
                    + (four ? " -DVEC=4" : "")
                    + Stored.as(x)
                    + Stored.param(weight);
            Tensor found = cl.scratch(channels, (steps + chunk - 1) / chunk, 2 * read.length);
            cl.launch("group_norm", "group_sums", all)
                    .tensors(List.of(read))
                    .tensor(found)
                    .number(chunk)
                    .groups(256, channels, found.dim(1), 1);
            return new Channels(all, chunk, found);
        }

        void launch(ClBackend cl, String kernel, List<Tensor> tensors, int channels, float eps) {
            cl.launch("group_norm", kernel, options)
                    .tensors(tensors)
                    .number(channels)
                    .number(chunk)
                    .number(eps)
                    .groups(256, found.dim(0), found.dim(1), 1);
        }
    }

    static final class Forward implements ClKernel<GroupNorm> {
        @Override
        public boolean accepts(GroupNorm op, List<Tensor> in) {
            return in.getFirst().size() > 0 && in.get(1).dtype() == in.get(2).dtype();
        }

        @Override
        public void run(ClBackend cl, GroupNorm op, List<Tensor> in, List<Tensor> out) {
            Tensor x = counted(cl, in.getFirst(), op.groups());
            Tensor weight = cl.dense(in.get(1));
            Tensor bias = cl.dense(in.get(2));
            Tensor y = out.getFirst();
            String options = " -DACT=" + op.activation();
            Optional<HeldGroups> held = HeldGroups.of(cl, options, op.groups(), weight, x);
            if (held.isPresent()) {
                held.get().run(cl, List.of(x, weight, bias, held.get().found(), y), x.dim(1), op.eps());
                return;
            }
            Channels c = Channels.of(cl, options, op.groups(), weight, x);
            c.launch(cl, "group_norm", List.of(x, c.found, weight, bias, y), x.dim(1), op.eps());
        }
    }

    static final class Backward implements ClKernel<GroupNormGrad> {
        @Override
        public boolean accepts(GroupNormGrad op, List<Tensor> in) {
            return in.getFirst().size() > 0;
        }

        @Override
        public void run(ClBackend cl, GroupNormGrad op, List<Tensor> in, List<Tensor> out) {
            Tensor x = counted(cl, in.get(0), op.groups());
            Tensor weight = cl.dense(in.get(1));
            Tensor gy = cl.dense(in.get(2));
            Tensor along = cl.scratch(x.dim(0), x.dim(1));
            Tensor plain = cl.scratch(x.dim(0), x.dim(1));
            Tensor gx = out.getFirst();
            String options = " -DGRAD -DACT=NONE";
            Optional<HeldGroups> held = HeldGroups.of(cl, options, op.groups(), weight, x, gy);
            if (held.isPresent()) {
                List<Tensor> tensors = List.of(x, gy, weight, held.get().found(), along, plain, gx);
                held.get().run(cl, tensors, x.dim(1), op.eps());
            } else {
                Channels c = Channels.of(cl, options, op.groups(), weight, x, gy);
                List<Tensor> tensors = List.of(x, gy, c.found, weight, along, plain, gx);
                c.launch(cl, "group_norm_grad", tensors, x.dim(1), op.eps());
            }
            Reduce.run(cl, "", along, List.of(0), out.get(1));
            Reduce.run(cl, "", plain, List.of(0), out.get(2));
        }
    }
}
