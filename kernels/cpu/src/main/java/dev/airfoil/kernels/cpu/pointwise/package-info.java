/**
 * Ops that work element by element. {@code Flat} cuts dense data into pieces and hands them to a loop; {@code Pairwise}
 * walks two strided inputs, so what is repeated is not copied. Read UnaryKernel first.
 *
 * <p>Every function has a loop of its own: with a switch inside the loop, the compiler boxes the vectors that its branches
 * give.
 *
 * <p>Deliberately absent: chains of functions. What is worth fusing is an op of its own.
 */
package dev.airfoil.kernels.cpu.pointwise;
