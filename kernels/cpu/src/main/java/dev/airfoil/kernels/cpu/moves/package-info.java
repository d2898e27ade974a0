/**
 * Ops that only move elements: copies of views, concatenation, padding, rows by number. {@link
 * dev.airfoil.kernels.cpu.moves.StridedCopy} does most of it over a {@link dev.airfoil.kernels.cpu.moves.Loop}, which
 * melts together the axes that lie densely behind each other. Read Loop first.
 *
 * <p>Deliberately absent: elements that are not 4 bytes; the reference loops move those.
 */
package dev.airfoil.kernels.cpu.moves;
