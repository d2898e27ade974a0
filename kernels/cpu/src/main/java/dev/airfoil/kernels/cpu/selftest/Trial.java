package dev.airfoil.kernels.cpu.selftest;

import dev.airfoil.kernels.cpu.CpuBackend;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Scope;
import java.util.Locale;

/**
 * An op that is to be timed on a backend.
 *
 * @param limits what the machine can do
 * @param tiny an example with next to no work
 * @param full one that is worth timing
 */
record Trial(CpuBackend backend, Limits limits, Example tiny, Example full) {
    /** Below this part of what is expected a kernel fell off a cliff: good ones reach 0.2 to 1, uncompiled ones 0.01. */
    static final double CLIFF = 1 / 20.0;

    String name() {
        return full.op().name();
    }

    void runTiny() {
        run(tiny);
    }

    void runFull() {
        run(full);
    }

    private void run(Example example) {
        new Eager(backend).run(() -> Scope.run("trial", () -> Interpreter.bind(example.op(), example.inputs())));
    }

    private boolean multiplies() {
        return full.flops() > 0;
    }

    /** In GFLOP/s or GB/s. */
    private double speed(double seconds) {
        return (multiplies() ? full.flops() : full.bytes()) / seconds / 1e9;
    }

    private double expected() {
        return (multiplies() ? limits.gigaflops() : limits.gigabytes()) / full.cost();
    }

    /** The part of what is expected that is reached. */
    double share(double seconds) {
        return speed(seconds) / expected();
    }

    /** Speed, and what is expected. */
    String words(double seconds) {
        return String.format(
                Locale.ROOT,
                "%.3g %s (expected: up to %.3g)",
                speed(seconds),
                multiplies() ? "GFLOP/s" : "GB/s",
                expected());
    }
}
