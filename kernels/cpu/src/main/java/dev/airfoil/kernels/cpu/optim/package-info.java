/**
 * Adafactor's step. {@code AdafactorKernel} runs two passes over the gradient; the two ways to keep the second moment
 * are the two classes {@code FullMoment} and {@code FactoredMoment}. Read AdafactorKernel first. (AdamW needs one pass
 * and stands with the pointwise ops.)
 *
 * <p>Deliberately absent: schedules and state between steps; the optimizer has them.
 */
package dev.airfoil.kernels.cpu.optim;
