package dev.airfoil.kernels.cpu.selftest;

import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How large the examples are, and the tensors that they are made of.
 *
 * @param n tokens, rows or ids
 * @param h heads
 * @param e width of a head, even
 * @param c channels
 * @param side rows and columns of an image
 */
record Size(int n, int h, int e, int c, int side) {
    /** Next to no work: the compilers count calls and turns of loops. */
    static final Size TINY = new Size(3, 1, 16, 4, 4);

    /** A third of a millisecond or less, in a third-level cache. */
    static final Size FULL = new Size(128, 4, 64, 16, 32);

    /** Width of the model. */
    int d() {
        return h * e;
    }

    /** {@code [1 n d]}. */
    Tensor tokens() {
        return numbers(1, n, d());
    }

    /** {@code [1 h n e]}. */
    Tensor heads() {
        return numbers(1, h, n, e);
    }

    /** {@code [1 n 3 h e]}. */
    Tensor qkv() {
        return numbers(1, n, 3, h, e);
    }

    /** {@code [1 2 d]}: of two streams. */
    Tensor streams() {
        return numbers(1, 2, d());
    }

    /** {@code [d]}. */
    Tensor row() {
        return numbers(d());
    }

    /** {@code [2e d]}. */
    Tensor weight() {
        return numbers(2 * e, d());
    }

    /** {@code [1 c side side]}. */
    Tensor image() {
        return numbers(1, c, side, side);
    }

    /** {@code [c c 3 3]}. */
    Tensor kernel() {
        return numbers(c, c, 3, 3);
    }

    /** {@code [n]}: each row of a table of n rows once, in another order. */
    Tensor ids() {
        int[] ids = new int[n];
        Arrays.setAll(ids, i -> i * 7 % n);
        return Tensor.of(ids, n);
    }

    /** Positive numbers. */
    Tensor squares(int... dims) {
        return F.affine(numbers(dims), 1, 1);
    }

    /** Numbers around 0, made without a kernel: none is compiled yet. */
    Tensor numbers(int... dims) {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[Math.toIntExact(Shape.of(dims).size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return Tensor.of(values, dims);
    }
}
