package dev.airfoil.train;

/**
 * What training throws dice for. Each has Philox streams of its own, so that no two draws share numbers and every
 * number is a function of (seed, step, micro-batch, index): nothing has to be remembered to go on where a run stopped.
 */
enum Chance {
    /** The noise level of each picture. */
    TIME,
    /** Which part of the noise levels is whose. */
    PART,
    /** The noise itself. */
    NOISE,
    /** Whose caption is dropped. */
    DROPOUT,
    /** The noise of the validation loss, the same at every step. */
    VALIDATION;

    private static final int STEP_BITS = 40;
    private static final int MICRO_BITS = 12;

    /** The Philox stream of one step and micro-batch; all lie below 2^56, apart from those of fresh parameters. */
    long stream(long step, int micro) {
        if (step < 0 || step >= 1L << STEP_BITS || micro < 0 || micro >= 1 << MICRO_BITS) {
            throw new IllegalArgumentException("no random stream for step " + step + ", micro-batch " + micro);
        }
        return (ordinal() + 1L) << STEP_BITS + MICRO_BITS | step << MICRO_BITS | micro;
    }
}
