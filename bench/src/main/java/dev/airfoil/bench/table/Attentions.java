package dev.airfoil.bench.table;

import dev.airfoil.autograd.Tape;
import dev.airfoil.bench.peers.Contender;
import dev.airfoil.bench.peers.Torch;
import dev.airfoil.bench.peers.Torch.Input;
import dev.airfoil.bench.peers.Torch.Mode;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Attention;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Attention of DiT-Air/B, 18 heads of 64, at 256 and 512 pixels: forward, and forward with backward. */
final class Attentions {
    private static final int HEADS = 18;
    private static final int WIDTH = 64;
    private static final int[] TOKENS = {333, 1101};

    /** Products of [n n] by e in units of 2 n n e: two forward, five more backward, which computes the scores again. */
    private static final int FORWARD = 2;

    private static final int BOTH = 7;

    private Attentions() {}

    static List<Contest.Entry> entries() {
        List<Contest.Entry> entries = new ArrayList<>();
        for (int n : TOKENS) {
            String shape = Names.of("%dx%dx%d", HEADS, n, WIDTH);
            entries.add(new Contest.Entry("attention forward " + shape, lab -> new Question(lab, n).forward()));
            entries.add(new Contest.Entry("attention forward+backward " + shape, lab -> new Question(lab, n).both()));
        }
        return entries;
    }

    /** What is asked of all. */
    private static final class Question {
        private final Lab lab;
        private final double unit;
        private final Attention op = Attention.ofHeadWidth(WIDTH);
        private final Tensor q;
        private final Tensor k;
        private final Tensor v;
        private final Tensor g;

        Question(Lab lab, int n) {
            this.lab = lab;
            this.unit = 2.0 * HEADS * n * n * WIDTH;
            this.q = lab.keep(() -> F.normal(1, 0, 1, HEADS, n, WIDTH));
            this.k = lab.keep(() -> F.normal(1, 1, 1, HEADS, n, WIDTH));
            this.v = lab.keep(() -> F.normal(1, 2, 1, HEADS, n, WIDTH));
            this.g = lab.keep(() -> F.normal(1, 3, 1, n, HEADS, WIDTH));
        }

        private Tensor attention() {
            return F.attention(q, k, v, Optional.empty(), op);
        }

        Contest forward() {
            return contest(
                    FORWARD,
                    lab.ours(() -> List.of(attention())),
                    Mode.FORWARD,
                    List.of("return [" + "torch.transpose(torch.scaled_dot_product_attention(q, k, v), 1, 2)]"));
        }

        Contest both() {
            return contest(
                    BOTH,
                    lab.ours(() ->
                            Tape.pullback(List.of(q, k, v), this::attention, g).all()),
                    Mode.GRADIENTS,
                    List.of(
                            "ins = [torch.requires_grad_(torch.detach(x)) for x in [q, k, v]]",
                            "o = torch.scaled_dot_product_attention(ins[0], ins[1], ins[2])",
                            "to = annotate(List[Optional[Tensor]], [torch.transpose(g, 1, 2)])",
                            "gs = torch.grad([o], ins, to)",
                            "return [unchecked_cast(Tensor, gs[0]), unchecked_cast(Tensor, gs[1]),"
                                    + " unchecked_cast(Tensor, gs[2])]"));
        }

        private Contest contest(int products, Contender ours, Mode mode, List<String> lines) {
            return new Contest(
                    Unit.GFLOPS,
                    products * unit,
                    1e-4,
                    ours,
                    lab.pytorch(torch -> torch.function(mode, inputs(torch), lines)));
        }

        private List<Input> inputs(Torch torch) {
            return List.of(torch.input("q", q), torch.input("k", k), torch.input("v", v), torch.input("g", g));
        }
    }
}
