package dev.airfoil.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.kernels.cpu.Choice;
import dev.airfoil.kernels.cpu.CpuBackend;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tests.OpCase.Placement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The whole catalogue, values and gradients, gives the same bits on the cpu however the work is shared out. The pools here
 * cut every loop, small as it may be.
 */
class ThreadsTest {
    private static CpuBackend cpu(int threads) {
        return new CpuBackend(Options.DEFAULT, Choice.DEFAULT, WorkerPool.cuttingAll(threads));
    }

    /** Half-width arguments are widened first, so that where they lie matters once. */
    private static List<OpCase> catalogue(Placement placement) {
        return placement == Placement.DENSE
                ? Stream.concat(OpCases.all().stream(), OpCases.half().stream()).toList()
                : OpCases.all();
    }

    /** The outputs of a case, and the gradients of its arguments. */
    private static List<float[]> results(CpuBackend backend, OpCase c, Placement placement) {
        return new Eager(backend)
                .call(() -> Scope.call("case", () -> {
                    List<Tensor> inputs = c.inputs(placement);
                    List<Tensor> results = new ArrayList<>(Interpreter.bind(c.op(), inputs));
                    if (c.hasGradient()) {
                        results.addAll(c.gradients(inputs));
                    }
                    return results.stream()
                            .map(t -> F.cast(t, DType.F32).toFloats())
                            .toList();
                }));
    }

    private static boolean same(List<float[]> a, List<float[]> b) {
        return Arrays.deepEquals(a.toArray(), b.toArray());
    }

    @ParameterizedTest
    @EnumSource
    void anyNumberOfThreadsGivesTheSameBits(Placement placement) {
        List<String> wrong = new ArrayList<>();
        try (CpuBackend one = cpu(1);
                CpuBackend two = cpu(2);
                CpuBackend three = cpu(3)) {
            for (OpCase c : catalogue(placement)) {
                List<float[]> wanted = results(one, c, placement);
                for (CpuBackend other : List.of(two, three)) {
                    if (!same(results(other, c, placement), wanted)) {
                        wrong.add(c.name() + ": " + other.description());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void callersAtOnceGetTheSameBits() throws InterruptedException {
        List<OpCase> cases = OpCases.all();
        Queue<String> done = new ConcurrentLinkedQueue<>();
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        try (CpuBackend backend = cpu(3)) {
            List<List<float[]>> wanted = cases.stream()
                    .map(c -> results(backend, c, Placement.DENSE))
                    .toList();
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Thread.Builder builder = i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
                callers.add(builder.name("caller " + i).start(() -> {
                    for (int k = 0; k < cases.size(); k++) {
                        OpCase c = cases.get(k);
                        if (!same(results(backend, c, Placement.DENSE), wanted.get(k))) {
                            wrong.add(Thread.currentThread().getName() + ": " + c.name());
                        }
                    }
                    done.add(Thread.currentThread().getName());
                }));
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(wrong).isEmpty();
            assertThat(done).hasSize(callers.size());
            assertThat(backend.memory().blocks()).isZero();
        }
    }
}
