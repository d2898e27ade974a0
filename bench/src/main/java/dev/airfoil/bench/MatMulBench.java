package dev.airfoil.bench;

import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import java.util.Arrays;
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
import org.openjdk.jmh.infra.Blackhole;

/** {@code x [rows k] weight[n k]^T} on the shapes of DiT-Air: from the loop that says what it is to the packed kernel. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class MatMulBench {
    /** How the product is computed. */
    public enum Rung {
        /** Three loops; the inner one walks down both rows. */
        NAIVE,
        /** Three loops in the order that lets the compiler use vectors: the inner one adds a multiple of a row. */
        REORDERED,
        /** The cpu backend. */
        CPU
    }

    @Param
    public Rung rung = Rung.CPU;

    /** Rows, k and n: a small model's, and the QKV and MLP products of DiT-Air/S at 333 tokens. */
    @Param({"272x192x768", "333x768x2304", "333x768x3072", "333x3072x768"})
    public String shape = "333x768x2304";

    private int rows;
    private int k;
    private int n;
    private float[] x;
    private float[] w;
    private float[] wt;
    private float[] y;
    private Device device;
    private Tensor tx;
    private Tensor tw;

    @Setup
    public void setUp() {
        String[] sizes = shape.split("x");
        rows = Integer.parseInt(sizes[0]);
        k = Integer.parseInt(sizes[1]);
        n = Integer.parseInt(sizes[2]);
        device = new Device("cpu");
        tx = device.keep(() -> F.normal(1, 0, rows, k));
        tw = device.keep(() -> F.normal(1, 1, n, k));
        x = tx.toFloats();
        w = tw.toFloats();
        wt = device.values(() -> tw.transpose());
        y = new float[rows * n];
        check();
    }

    /** Some elements, against sums in double. */
    private void check() {
        float[] computed = switch (rung) {
            case NAIVE -> naive();
            case REORDERED -> reordered();
            case CPU -> device.values(this::linear);
        };
        for (int i = 0; i < computed.length; i += 997) {
            double sum = 0;
            for (int p = 0; p < k; p++) {
                sum += (double) x[i / n * k + p] * w[i % n * k + p];
            }
            if (Math.abs(sum - computed[i]) > 1e-5 * k) {
                throw new IllegalStateException(rung + " gives " + computed[i] + " where " + sum + " is right");
            }
        }
    }

    @TearDown
    public void tearDown() {
        device.close();
    }

    @Benchmark
    public void product(Blackhole sink) {
        switch (rung) {
            case NAIVE -> sink.consume(naive());
            case REORDERED -> sink.consume(reordered());
            case CPU -> device.run(this::linear);
        }
    }

    private Tensor linear() {
        return F.linear(tx, tw, Optional.empty(), Activation.Fn.NONE);
    }

    private float[] naive() {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < n; j++) {
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += x[i * k + p] * w[j * k + p];
                }
                y[i * n + j] = sum;
            }
        }
        return y;
    }

    private float[] reordered() {
        Arrays.fill(y, 0);
        for (int i = 0; i < rows; i++) {
            for (int p = 0; p < k; p++) {
                float factor = x[i * k + p];
                for (int j = 0; j < n; j++) {
                    y[i * n + j] += factor * wt[p * n + j];
                }
            }
        }
        return y;
    }
}
