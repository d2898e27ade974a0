/**
 * Random numbers that depend on nothing but their address: (seed, stream, index) names one value, whatever thread,
 * order or device computes it. Read {@link dev.airfoil.tensor.random.Philox} first, then {@link
 * dev.airfoil.tensor.random.BoxMuller}, which turns its words into normals with exactly rounded operations only, so
 * that the vector and the OpenCL twin give the same bits.
 *
 * <p>Give every purpose its own stream (a parameter's number, a training step, an image of a batch); within a stream
 * the indices 0..2^63-1 are free of overlap.
 *
 * <p>Deliberately absent: a generator with a state (it would have to be saved, shared and locked), and the
 * distributions that one line over {@code uniform} or {@code normal} gives.
 */
package dev.airfoil.tensor.random;
