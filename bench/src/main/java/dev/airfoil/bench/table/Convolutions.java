package dev.airfoil.bench.table;

import dev.airfoil.autograd.Tape;
import dev.airfoil.bench.peers.Contender;
import dev.airfoil.bench.peers.Torch.Mode;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Conv2d;
import java.util.List;

/** Convolutions of a VAE, as many channels out as in: forward, and forward with both gradients. */
final class Convolutions {
    private Convolutions() {}

    /** A layer: channels, height and width of the image, height and width of the kernel. */
    private record Layer(int channels, int side, int kernel, int stride) {
        private String shape() {
            return Names.of("%dx%d%s %dx%dx%d", kernel, kernel, stride > 1 ? "/" + stride : "", channels, side, side);
        }

        private Conv2d conv() {
            return Conv2d.of(stride, kernel / 2);
        }

        private int out() {
            return conv().outRows(side, kernel);
        }

        /** Multiplications and additions of one product. */
        private double work() {
            return 2.0 * channels * channels * kernel * kernel * out() * out();
        }

        private String torch(String x, String w) {
            int padding = kernel / 2;
            return "torch.conv2d(" + x + ", " + w + ", None, " + List.of(stride, stride) + ", "
                    + List.of(padding, padding) + ")";
        }
    }

    static List<Contest.Entry> entries() {
        return List.of(
                        new Layer(128, 64, 3, 1),
                        new Layer(256, 64, 3, 1),
                        new Layer(512, 32, 3, 1),
                        new Layer(256, 64, 3, 2),
                        new Layer(512, 32, 1, 1))
                .stream()
                .flatMap(layer -> List.of(
                        new Contest.Entry("conv2d forward " + layer.shape(), lab -> new Question(lab, layer).forward()),
                        new Contest.Entry(
                                "conv2d forward+backward " + layer.shape(), lab -> new Question(lab, layer).both()))
                        .stream())
                .toList();
    }

    /** What is asked of both. */
    private static final class Question {
        private final Lab lab;
        private final Layer layer;
        private final Tensor x;
        private final Tensor w;
        private final Tensor g;

        Question(Lab lab, Layer layer) {
            int c = layer.channels;
            int k = layer.kernel;
            this.lab = lab;
            this.layer = layer;
            this.x = lab.keep(() -> F.normal(1, 0, 1, c, layer.side, layer.side));
            this.w = lab.keep(() -> F.normal(1, 1, c, c, k, k));
            this.g = lab.keep(() -> F.normal(1, 2, 1, c, layer.out(), layer.out()));
        }

        private Tensor y() {
            return Interpreter.bind1(layer.conv(), x, w);
        }

        Contest forward() {
            return contest(
                    1, lab.ours(() -> List.of(y())), Mode.FORWARD, List.of("return [" + layer.torch("x", "w") + "]"));
        }

        Contest both() {
            return contest(
                    3,
                    lab.ours(() -> Tape.pullback(List.of(x, w), this::y, g).all()),
                    Mode.GRADIENTS,
                    List.of(
                            "ins = [torch.requires_grad_(torch.detach(t)) for t in [x, w]]",
                            "y = " + layer.torch("ins[0]", "ins[1]"),
                            "to = annotate(List[Optional[Tensor]], [g])",
                            "gs = torch.grad([y], ins, to)",
                            "return [unchecked_cast(Tensor, gs[0]), unchecked_cast(Tensor, gs[1])]"));
        }

        private Contest contest(int products, Contender ours, Mode mode, List<String> lines) {
            return new Contest(
                    Unit.GFLOPS,
                    products * layer.work(),
                    1e-5,
                    ours,
                    lab.pytorch(torch -> torch.function(
                            mode, List.of(torch.input("x", x), torch.input("w", w), torch.input("g", g)), lines)));
        }
    }
}
