package dev.airfoil.bench.table;

import dev.airfoil.bench.peers.Contender;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation.Fn;
import dev.airfoil.tensor.ops.LinearQ8;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Products with weights that are stored narrow, of few rows and of many, beside PyTorch's with the same weights in F32; few
 * rows of F32 too.
 */
final class NarrowProducts {
    private static final int[] ROWS = {1, 2, 4, 8, 333};
    private static final int K = 1152;
    private static final int N = 4608;

    /** How the weight is stored. */
    private enum Weight {
        F32,
        BF16,
        INT8
    }

    private NarrowProducts() {}

    static List<Contest.Entry> entries() {
        List<Contest.Entry> entries = new ArrayList<>();
        for (Weight weight : Weight.values()) {
            for (int rows : ROWS) {
                String name = Names.of("weight %s %dx%dx%d", weight.name(), rows, K, N);
                entries.add(new Contest.Entry(name, lab -> contest(lab, weight, rows)));
            }
        }
        return entries;
    }

    private static Contest contest(Lab lab, Weight weight, int rows) {
        Tensor x = lab.keep(() -> F.normal(1, 0, rows, K));
        Tensor w = lab.keep(() -> F.normal(1, 1, N, K));
        return switch (weight) {
            case F32 -> contest(lab, x, w, lab.ours(() -> List.of(linear(x, w))));
            case BF16 -> {
                Tensor narrow = lab.keep(() -> F.cast(w, DType.BF16));
                Tensor wide = lab.keep(() -> F.cast(narrow, DType.F32));
                yield contest(lab, x, wide, lab.ours(() -> List.of(linear(x, narrow))));
            }
            case INT8 -> {
                List<Tensor> parts = lab.keep(() -> {
                    LinearQ8.Weight narrow = LinearQ8.Weight.of(w);
                    return List.of(narrow.values(), narrow.scale());
                });
                LinearQ8.Weight narrow = new LinearQ8.Weight(parts.get(0), parts.get(1));
                Tensor wide = lab.keep(() ->
                        F.cast(narrow.values(), DType.F32).mul(narrow.scale().reshape(-1, 1)));
                yield contest(lab, x, wide, lab.ours(() -> List.of(F.linearQ8(x, narrow, Optional.empty(), Fn.NONE))));
            }
        };
    }

    private static Tensor linear(Tensor x, Tensor w) {
        return F.linear(x, w, Optional.empty(), Fn.NONE);
    }

    private static Contest contest(Lab lab, Tensor x, Tensor wide, Contender ours) {
        return new Contest(
                Unit.GFLOPS,
                2.0 * x.dim(0) * K * N,
                1e-5,
                ours,
                lab.pytorch(torch -> Products.pytorch(torch, x, wide)));
    }
}
