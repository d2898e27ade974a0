package dev.airfoil.bench.table;

import dev.airfoil.bench.peers.Contender;
import dev.airfoil.bench.peers.Torch;
import dev.airfoil.bench.peers.Torch.Mode;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The products of a DiT-Air block, {@code x [rows k] weight[n k]^T}, at 256 and 512 pixels. */
final class Products {
    private static final int[] ROWS = {333, 1101};
    private static final int[] WIDTHS = {768, 1152, 1536};

    /** A linear layer of the block, as multiples of its width. */
    private enum Layer {
        QKV(1, 3),
        OUT(1, 1),
        FC1(1, 4),
        FC2(4, 1);

        private final int in;
        private final int out;

        Layer(int in, int out) {
            this.in = in;
            this.out = out;
        }
    }

    private Products() {}

    static List<Contest.Entry> entries() {
        List<Contest.Entry> entries = new ArrayList<>();
        for (int rows : ROWS) {
            for (int width : WIDTHS) {
                for (Layer layer : Layer.values()) {
                    int k = layer.in * width;
                    int n = layer.out * width;
                    String name = Names.of("gemm %s %dx%dx%d", layer.name(), rows, k, n);
                    entries.add(new Contest.Entry(name, lab -> contest(lab, rows, k, n)));
                }
            }
        }
        return entries;
    }

    private static Contest contest(Lab lab, int rows, int k, int n) {
        Tensor x = lab.keep(() -> F.normal(1, 0, rows, k));
        Tensor w = lab.keep(() -> F.normal(1, 1, n, k));
        Map<Rival, Contender> rivals = new EnumMap<>(Rival.class);
        lab.torch().ifPresent(torch -> rivals.put(Rival.PYTORCH, pytorch(torch, x, w)));
        lab.blas().ifPresent(blas -> rivals.put(Rival.OPENBLAS, blas.product(x, w)));
        return new Contest(
                Unit.GFLOPS,
                2.0 * rows * k * n,
                1e-5,
                lab.ours(() -> List.of(F.linear(x, w, Optional.empty(), Activation.Fn.NONE))),
                rivals);
    }

    /** {@code x w^T}. */
    static Contender pytorch(Torch torch, Tensor x, Tensor w) {
        return torch.function(
                Mode.FORWARD,
                List.of(torch.input("x", x), torch.input("w", w)),
                List.of("return [torch.linear(x, w)]"));
    }
}
