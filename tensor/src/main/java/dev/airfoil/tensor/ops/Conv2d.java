package dev.airfoil.tensor.ops;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Primitive;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.Vjp;
import java.util.List;

/**
 * Convolution of {@code x [b c h w]} with {@code weight [o c i j]} to {@code [b o p q]}, zeros around:
 * {@code y[b o p q] = sum over c i j of x[b c, p stride + i - top, q stride + j - left] weight[o c i j]}.
 */
public record Conv2d(int stride, int top, int left, int bottom, int right) implements Primitive {
    public Conv2d {
        Dims.of("conv2d")
                .require(stride > 0, "stride " + stride + " must be positive")
                .require(Math.min(Math.min(top, left), Math.min(bottom, right)) >= 0, "padding must not be negative");
    }

    /** The same padding on all four sides. */
    public static Conv2d of(int stride, int padding) {
        return new Conv2d(stride, padding, padding, padding, padding);
    }

    /** Rows of the output for {@code h} rows and a kernel of {@code i}. */
    public int outRows(int h, int i) {
        return (h + top + bottom - i) / stride + 1;
    }

    /** Columns of the output for {@code w} columns and a kernel of {@code j}. */
    public int outCols(int w, int j) {
        return (w + left + right - j) / stride + 1;
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        Dims d = Dims.of(name()).bind("x", inputs.get(0), "b c h w").bind("weight", inputs.get(1), "o c i j");
        check(d, d.get("h"), d.get("w"), d.get("i"), d.get("j"));
        Shape y = Shape.of(d.get("b"), d.get("o"), outRows(d.get("h"), d.get("i")), outCols(d.get("w"), d.get("j")));
        return List.of(new TensorSpec(d.storage(), y));
    }

    /** Checks that a kernel of {@code i x j} lies somewhere on an image of {@code h x w}. */
    void check(Dims d, int h, int w, int i, int j) {
        long rows = (long) top + h + bottom;
        long columns = (long) left + w + right;
        d.require(Math.min(Math.min(h, w), Math.min(i, j)) >= 0, "the size of image and kernel must not be negative")
                .require(rows >= i && columns >= j, "the padded image is smaller than the kernel")
                .requireSize(rows)
                .requireSize(columns);
    }

    @Override
    public void vjp(Vjp vjp) {
        vjp.give(
                0,
                () -> Interpreter.bind1(
                        new Conv2dGradInput(this, vjp.in(0).dim(2), vjp.in(0).dim(3)), vjp.in(1), vjp.grad()));
        vjp.give(
                1,
                () -> Interpreter.bind1(
                        new Conv2dGradWeight(this, vjp.in(1).dim(2), vjp.in(1).dim(3)), vjp.in(0), vjp.grad()));
    }
}
