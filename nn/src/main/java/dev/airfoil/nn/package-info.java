/**
 * Layers: records of {@link dev.airfoil.nn.Parameter}s with one {@code forward}, built through {@link
 * dev.airfoil.nn.Params}, which makes parameters or reads them from a checkpoint by the same code. A shared weight is a
 * shared object.
 *
 * <p>Read {@link dev.airfoil.nn.Linear} first. Deliberately absent: gradients (a tape sees the ops), training state,
 * dropout (the paper uses none).
 */
package dev.airfoil.nn;
