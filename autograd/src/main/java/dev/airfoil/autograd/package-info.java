/**
 * Reverse-mode gradients. {@link dev.airfoil.autograd.Tape} is an interpreter that runs ops and remembers them; walking
 * back it asks each op for its vjp. It knows no op by name. {@link dev.airfoil.autograd.GradCheck} believes a gradient
 * when finite differences agree.
 *
 * <p>Read {@link dev.airfoil.autograd.Tape} first. Deliberately absent: gradient rules (every op has its own),
 * optimizers (train), graphs that outlive one step.
 */
package dev.airfoil.autograd;
