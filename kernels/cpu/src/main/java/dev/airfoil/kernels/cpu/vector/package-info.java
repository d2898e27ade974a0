/**
 * The vocabulary of vector loops: the width of this machine ({@link dev.airfoil.kernels.cpu.vector.Lanes}), elementary
 * functions with stated errors ({@link dev.airfoil.kernels.cpu.vector.VectorMath}), and the loops for activations that
 * several kernels end with. Read Lanes first.
 *
 * <p>Deliberately absent: classes around vectors. A vector that is stored in a field, or passes a call that is not
 * inlined, is boxed.
 */
package dev.airfoil.kernels.cpu.vector;
