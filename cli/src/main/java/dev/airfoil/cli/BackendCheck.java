package dev.airfoil.cli;

import dev.airfoil.cli.check.Comparison;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.Attention;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A look at a backend that takes about two seconds: does it compute what the reference backend computes, and how fast
 * is a matrix product?
 */
final class BackendCheck {
    private static final double TOLERANCE = 1e-5;
    private static final int SIDE = 192;
    private static final long NANOS = 1_500_000_000;

    private BackendCheck() {}

    /**
     * The outcome.
     *
     * @param errors by operation, relative to the reference backend
     * @param gigaflops of a matrix product
     */
    record Result(Map<String, Double> errors, double gigaflops) {
        /** True if everything agrees. */
        boolean isGood() {
            return errors.values().stream().allMatch(e -> e <= TOLERANCE);
        }
    }

    static Result run(Backend backend) {
        Map<String, Double> errors = new LinkedHashMap<>();
        try (Backend reference = Backends.open("reference", BackendProvider.Options.DEFAULT)) {
            cases().forEach((name, body) ->
                    errors.put(name, Comparison.error(values(backend, body), values(reference, body))));
        }
        return new Result(errors, gigaflops(backend));
    }

    /** Odd sizes: the ends of vectors and tiles are where kernels go wrong. */
    private static Map<String, Supplier<Tensor>> cases() {
        Map<String, Supplier<Tensor>> cases = new LinkedHashMap<>();
        cases.put(
                "linear",
                () -> F.linear(
                        F.normal(1, 0, 37, 51),
                        F.normal(1, 1, 29, 51),
                        Optional.of(F.normal(1, 2, 29)),
                        Activation.Fn.GELU_TANH));
        cases.put(
                "attention",
                () -> F.attention(
                        F.normal(2, 0, 2, 3, 23, 20),
                        F.normal(2, 1, 2, 3, 31, 20),
                        F.normal(2, 2, 2, 3, 31, 20),
                        Optional.empty(),
                        Attention.ofHeadWidth(20)));
        cases.put(
                "adaLnModulate",
                () -> F.adaLnModulate(
                        F.normal(3, 0, 2, 19, 45), F.normal(3, 1, 2, 2, 45), F.normal(3, 2, 2, 2, 45), 7));
        cases.put("softmax", () -> F.softmax(F.normal(4, 0, 17, 41)));
        return cases;
    }

    private static float[] values(Backend backend, Supplier<Tensor> body) {
        return new Eager(backend)
                .call(() -> Scope.call("backend check", () -> body.get().toFloats()));
    }

    private static double gigaflops(Backend backend) {
        return new Eager(backend)
                .call(() -> Scope.call("backend check", () -> {
                    Tensor a = F.normal(5, 0, SIDE, SIDE);
                    Tensor b = F.normal(5, 1, SIDE, SIDE);
                    double best = 0;
                    long end = System.nanoTime() + NANOS;
                    do {
                        long began = System.nanoTime();
                        Scope.run("product", () -> {
                            F.matmul(a, b);
                            backend.synchronize();
                        });
                        best = Math.max(best, 2.0 * SIDE * SIDE * SIDE / (System.nanoTime() - began));
                    } while (System.nanoTime() < end);
                    return best;
                }));
    }
}
