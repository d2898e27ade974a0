/**
 * What Airfoil is measured against, in the same process: PyTorch through DJL, OpenBLAS through JavaCPP. Both are there
 * only with the Maven profile {@code peers}, which adds their native libraries; without it each says why it is absent.
 *
 * <p>Read {@link dev.airfoil.bench.peers.Torch} first: it writes TorchScript archives, the one way to PyTorch's fused
 * ops from Java. {@link dev.airfoil.bench.peers.TorchDit} is DiT-Air in that language. Deliberately absent: anything
 * that Airfoil itself uses.
 */
package dev.airfoil.bench.peers;
