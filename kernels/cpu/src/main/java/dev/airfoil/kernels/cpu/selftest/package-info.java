/**
 * Finds kernels that the compiler gave up: such a loop is fifty to a hundred times slower than it should be, silently, on
 * one kind of machine alone. {@link dev.airfoil.kernels.cpu.selftest.SelfTest} times every kernel ({@link
 * dev.airfoil.kernels.cpu.selftest.Examples} has one row or more of each) beside what the machine was just seen to do
 * ({@link dev.airfoil.kernels.cpu.selftest.Limits}), names those that fell, and writes down what takes their place. Read
 * SelfTest first.
 *
 * <p>Deliberately absent: benchmarks. What is a few times slower than it might be is no cliff; module bench measures that.
 */
package dev.airfoil.kernels.cpu.selftest;
