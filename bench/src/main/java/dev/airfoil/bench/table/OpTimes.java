package dev.airfoil.bench.table;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.View;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Runs ops through another interpreter and adds up, op by op, how long they took and how many bytes they must have moved:
 * each input read once, each output written once. An op that runs by its definition is one op here and marked. For
 * backends that have done their work when an op returns.
 */
final class OpTimes implements Interpreter {
    private final Interpreter inner;
    private final Map<String, Sum> sums = new HashMap<>();

    private OpTimes(Interpreter inner) {
        this.inner = inner;
    }

    /** Runs {@code body} once: a line for each op, the longest first. */
    static String profile(Interpreter inner, Supplier<?> body) {
        OpTimes times = new OpTimes(inner);
        times.run(() -> Scope.run("profile", () -> {
            var _ = body.get();
        }));
        return times.report();
    }

    /** What the runs of one op came to. */
    private record Sum(String op, int count, long nanos, long bytes) {
        Sum plus(Sum other) {
            return new Sum(op, count + other.count, nanos + other.nanos, bytes + other.bytes);
        }

        String line(long all) {
            return Names.of(
                    "%-28s %6d %10.1f %6.1f%% %9.1f",
                    op, count, nanos / 1e6, 100.0 * nanos / all, (double) bytes / nanos);
        }
    }

    @Override
    public Backend backend() {
        return inner.backend();
    }

    @Override
    public List<Tensor> apply(Op op, List<Tensor> inputs) {
        if (op instanceof View) {
            return inner.apply(op, inputs);
        }
        String how = backend().supports(op, inputs) ? "" : " (definition)";
        long began = System.nanoTime();
        List<Tensor> outputs = inner.apply(op, inputs);
        long nanos = System.nanoTime() - began;
        long bytes = bytes(inputs) + bytes(outputs);
        sums.merge(op.name() + how, new Sum(op.name() + how, 1, nanos, bytes), Sum::plus);
        return outputs;
    }

    private static long bytes(List<Tensor> tensors) {
        return tensors.stream().mapToLong(t -> t.spec().bytes()).sum();
    }

    private String report() {
        long all = sums.values().stream().mapToLong(Sum::nanos).sum();
        String lines = sums.values().stream()
                .sorted(Comparator.comparingLong(Sum::nanos).reversed())
                .map(sum -> sum.line(all))
                .collect(Collectors.joining("\n"));
        return Names.of("%-28s %6s %10s %7s %9s%n", "op", "count", "ms", "share", "gb/s") + lines;
    }
}
