/**
 * Training: flow matching on pictures with captions, on any backend, so that a run can be interrupted anywhere and goes
 * on to the same bits.
 *
 * <p>Read {@link dev.airfoil.train.Training} first, then {@link dev.airfoil.train.TrainConfig} (what the weights depend
 * on) and {@link dev.airfoil.train.RunSettings} (what they do not), {@link dev.airfoil.train.FlowMatching}, and {@code
 * Run}, {@code Trainer} and {@code TrainState}: what happens when, one step's arithmetic, and what it changes. Every
 * random number is a function of seed, step and position ({@code Chance}), so there is no random state to save. The
 * text encoder is frozen: its features are computed once ({@link dev.airfoil.train.TextCache}).
 *
 * <p>Beyond the arrows of the first design, this module names pipeline: training sees pictures through the same {@code
 * LatentCodec} and writes the same model file that generation reads.
 *
 * <p>Deliberately absent: learning-rate schedules other than warm-up (the paper's is constant), data-parallel training,
 * and gradients through a text encoder or codec.
 */
package dev.airfoil.train;
