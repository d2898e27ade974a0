/**
 * The cpu backend: host memory, one fixed {@link dev.airfoil.kernels.cpu.WorkerPool}, and a {@link
 * dev.airfoil.kernels.cpu.CpuKernel} for each op worth one, listed in {@code Kernels}. Read {@link
 * dev.airfoil.kernels.cpu.CpuBackend} first, then one kernel, say {@code rows.AdaLnModulateKernel}.
 *
 * <p>Rules that hold in all kernels. Each output is computed by one worker in an order that depends on the sizes alone: the
 * bits are the same for any number of threads. Vector loops are short methods without calls behind long chains of
 * vector operations, because past some size the compiler stops inlining helpers and boxes every vector; for the same
 * reason a switch stands around a loop, never in it. Opening the backend starts {@code WarmUp}, which takes those loops
 * through the compilers while weights are read.
 *
 * <p>Where there is more than one way, a {@link dev.airfoil.kernels.cpu.Choice} says which one a backend takes; package
 * {@code selftest} finds kernels that the compiler gave up, and another choice for them.
 *
 * <p>Deliberately absent: meaning (the ops have it) and shape checks (the ops did them).
 */
package dev.airfoil.kernels.cpu;
