/**
 * The engine's vocabulary. A {@link dev.airfoil.tensor.Tensor} is a value: a {@link dev.airfoil.tensor.Layout} over a
 * {@link dev.airfoil.tensor.Storage} that a {@link dev.airfoil.tensor.Scope} owns. Computing is applying an {@link
 * dev.airfoil.tensor.Op}, a record that says its shapes, its meaning and its gradient, through the current {@link
 * dev.airfoil.tensor.Interpreter}; {@link dev.airfoil.tensor.F} spells the ops as functions. {@link
 * dev.airfoil.tensor.Backend}s make ops fast and are found by {@link dev.airfoil.tensor.Backends}.
 *
 * <p>Read F, then Op, then Eager. Deliberately absent: gradients (autograd records), layers (nn), implicit type
 * promotion, in-place ops.
 */
package dev.airfoil.tensor;
