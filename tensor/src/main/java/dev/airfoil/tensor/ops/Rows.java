package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import java.util.List;

/** What the definitions of the row ops share: normalising rows, and rows that take their settings from a stream. */
final class Rows {
    private Rows() {}

    /** Rows of the last axis shifted and scaled to mean 0 and variance 1, and the scale that did it. */
    record Normal(Tensor hat, Tensor rstd) {
        /** {@code (x - mean) / sqrt(variance + eps)}. */
        static Normal layer(Tensor x, double eps) {
            Tensor centred = x.sub(x.mean(-1));
            Tensor rstd = F.rsqrt(centred.square().mean(-1).add(eps));
            return new Normal(centred.mul(rstd), rstd);
        }

        /** {@code x / sqrt(mean(x^2) + eps)}. */
        static Normal rms(Tensor x, double eps) {
            Tensor rstd = F.rsqrt(x.square().mean(-1).add(eps));
            return new Normal(x.mul(rstd), rstd);
        }

        /**
         * Gradient through {@link #layer}: mean and variance depend on every element of the row, so the parts of the
         * gradient along 1 and along hat are taken off: {@code rstd (g - mean(g) - hat mean(g hat))}.
         */
        Tensor layerGrad(Tensor g) {
            return rstd.mul(g.sub(g.mean(-1)).sub(hat.mul(g.mul(hat).mean(-1))));
        }

        /** Gradient through {@link #rms}: as {@link #layerGrad}, without a mean. */
        Tensor rmsGrad(Tensor g) {
            return rstd.mul(g.sub(hat.mul(g.mul(hat).mean(-1))));
        }
    }

    /** Checks that {@code split} divides n rows among s streams. */
    static void checkStreams(Dims dims, int split) {
        int s = dims.get("s");
        dims.require(
                s == 1 && split == 0 || s == 2 && split >= 0 && split <= dims.get("n"),
                "split=" + split + " does not divide n=" + dims.get("n") + " rows among s=" + s + " streams");
    }

    /** {@code [b s d]} to {@code [b n d]}: rows before {@code split} take stream 0, the others the last one. */
    static Tensor spread(Tensor perStream, int split, int n) {
        int b = perStream.dim(0);
        int d = perStream.dim(2);
        if (perStream.dim(1) == 1) {
            return F.expand(perStream, Shape.of(b, n, d));
        }
        return F.concat(
                1,
                F.expand(perStream.narrow(1, 0, 1), Shape.of(b, split, d)),
                F.expand(perStream.narrow(1, 1, 1), Shape.of(b, n - split, d)));
    }

    /** {@code [b n d]} to {@code [b s d]}: sums over the rows of each stream; the gradient of {@link #spread}. */
    static Tensor gather(Tensor perRow, int split, int streams) {
        return streams == 1
                ? perRow.sum(1)
                : F.concat(
                        1,
                        perRow.narrow(1, 0, split).sum(1),
                        perRow.narrow(1, split, perRow.dim(1) - split).sum(1));
    }

    /** Sum over all axes but the last, in F32: {@code [.. d]} to {@code [d]}. */
    static Tensor sumRows(Tensor x) {
        return F.reshape(Interpreter.bind1(new Sum(List.of(0), Rounding.NONE), F.reshape(x, -1, x.dim(-1))), x.dim(-1));
    }
}
