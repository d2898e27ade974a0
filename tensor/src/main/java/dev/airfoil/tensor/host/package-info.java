/**
 * Tensors in host memory. {@link dev.airfoil.tensor.host.SystemMemory} asks the system for it, {@link
 * dev.airfoil.tensor.host.HostPool} keeps off-heap blocks for reuse, {@link dev.airfoil.tensor.host.HostBackend} is
 * what every backend on the CPU shares, and {@link dev.airfoil.tensor.host.ReferenceBackend} runs the primitives as plain
 * loops in double: their meaning, and the oracle for every kernel.
 *
 * <p>Read {@link dev.airfoil.tensor.host.ReferenceLoops} first. Deliberately absent: anything fast, anything parallel,
 * and loops for fused ops, which run here by their definitions.
 */
package dev.airfoil.tensor.host;
