/**
 * Ops that work along rows: norms, modulation, gates, rotations, softmax, reductions. The norms of all kinds are one
 * forward ({@code NormForward}) and one backward loop ({@code NormBackward}), which the kernels only configure: read these
 * two first.
 *
 * <p>A row stays in the first-level cache between the passes over it, so each op costs one trip through memory. In
 * {@code SoftmaxKernel} the passes over three neighbouring rows are one loop. Sums over rows go chunk by chunk ({@code
 * Groups}) and are put together in order.
 *
 * <p>Deliberately absent: saved statistics. Backward computes mean and deviation again; the row is read anyway.
 */
package dev.airfoil.kernels.cpu.rows;
