package dev.airfoil.kernels.cpu.gemm;

import java.lang.foreign.MemorySegment;

/**
 * A right-hand side B {@code [k n]} in the order in which {@link Gemm} reads it: for each block of depths, panels of
 * {@code tile.columns()} columns, each depth's columns side by side; narrow elements in words along the depth. Whoever
 * asked for it keeps it; it holds for the Gemm that made it.
 */
public record PackedMatrix(Gemm gemm, Stored stored, int k, int n, MemorySegment data) {}
