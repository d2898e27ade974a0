/**
 * The ops, one record each. Views look at the same memory in another way; primitives ({@link
 * dev.airfoil.tensor.ops.Binary}, {@link dev.airfoil.tensor.ops.Unary}, {@link dev.airfoil.tensor.ops.MatMul}, ...) mean
 * what the reference loops do; fused ops are defined by simpler ones, and their gradients are ops too.
 *
 * <p>The tensors of an op share one storage type, F32, BF16 or F16, which every result has too; a doc names what is F32
 * always. On a half-width type an op means itself on the F32 values, each result rounded once.
 *
 * <p>Read {@link dev.airfoil.tensor.ops.AdaLnModulate} and its gradient first: every fused op looks like it.
 * Deliberately absent: kernels, which live in the backends.
 */
package dev.airfoil.tensor.ops;
