package dev.airfoil.bench;

import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Attention;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Attention on the shapes of DiT-Air: its definition, which holds all scores, and the kernel, which never does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class AttentionBench {
    /** How attention is computed. */
    public enum Rung {
        /** Products, softmax and product, each a kernel of the cpu backend. */
        DEFINITION,
        /** The flash kernel of the cpu backend. */
        KERNEL
    }

    @Param
    public Rung rung = Rung.KERNEL;

    /** Heads, tokens and head width: the default model's, and DiT-Air/B's at 256 and 512 pixels. */
    @Param({"6x272x32", "18x333x64", "18x1101x64"})
    public String shape = "18x333x64";

    private Device device;
    private Attention op;
    private Tensor q;
    private Tensor k;
    private Tensor v;

    @Setup
    public void setUp() {
        String[] sizes = shape.split("x");
        int h = Integer.parseInt(sizes[0]);
        int n = Integer.parseInt(sizes[1]);
        int e = Integer.parseInt(sizes[2]);
        device = new Device("cpu");
        op = Attention.ofHeadWidth(e);
        q = device.keep(() -> F.normal(1, 0, 1, h, n, e));
        k = device.keep(() -> F.normal(1, 1, 1, h, n, e));
        v = device.keep(() -> F.normal(1, 2, 1, h, n, e));
        float[] kernel = device.values(this::kernel);
        float[] definition = device.values(this::definition);
        for (int i = 0; i < kernel.length; i++) {
            if (Math.abs(kernel[i] - definition[i]) > 1e-5) {
                throw new IllegalStateException(
                        "the kernel gives " + kernel[i] + " where the definition gives " + definition[i]);
            }
        }
    }

    @TearDown
    public void tearDown() {
        device.close();
    }

    @Benchmark
    public void attention() {
        device.run(rung == Rung.KERNEL ? this::kernel : this::definition);
    }

    private Tensor kernel() {
        return F.attention(q, k, v, Optional.empty(), op);
    }

    private Tensor definition() {
        return op.define(List.of(q, k, v)).getFirst();
    }
}
