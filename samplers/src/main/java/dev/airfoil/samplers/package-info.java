/**
 * From noise to data. {@link dev.airfoil.samplers.FlowPath} says what lies between a picture and noise and what the
 * model predicts there, a {@link dev.airfoil.samplers.VelocityField} is such a model, a {@link
 * dev.airfoil.samplers.Sampler} follows one along a {@link dev.airfoil.samplers.SigmaSchedule}, and {@link
 * dev.airfoil.samplers.Guidance} makes one field of the model with and without the prompt.
 *
 * <p>Read FlowPath, then Sampler, then HeunSde. Deliberately absent: text and models (a field is a function), pixels
 * (pipeline), the distribution of sigma in training (train).
 */
package dev.airfoil.samplers;
