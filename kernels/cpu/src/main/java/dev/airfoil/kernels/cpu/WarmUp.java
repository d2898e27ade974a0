package dev.airfoil.kernels.cpu;

import dev.airfoil.kernels.cpu.gemm.Epilogue;
import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.Product;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.Attention;
import dev.airfoil.tensor.ops.GatedResidual.Norm;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes the loops of a transformer's forward through the JVM's compilers, in the background, while the caller still reads
 * its weights. Until it is compiled, a vector loop is a hundred times slower or worse; and the compilers count calls and
 * turns of loops, not work. So the first sight of a loop should be many calls of next to no work.
 */
final class WarmUp {
    private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());
    private static final Options ALONE = new Options(OptionalInt.of(1), OptionalLong.empty());
    /** Keys of more than one block: only the second is added to the first. */
    private static final int FAR = 110;

    private static final AtomicBoolean STARTED = new AtomicBoolean();

    private WarmUp() {}

    /** Starts it, once in a virtual machine: all backends share what was compiled. */
    static void start(Choice choice) {
        if (STARTED.compareAndSet(false, true)) {
            Thread.ofPlatform()
                    .daemon()
                    .name("airfoil-warm-up")
                    .uncaughtExceptionHandler((_, e) -> LOG.log(Level.DEBUG, "the warm-up ended early", e))
                    .start(() -> {
                        try (CpuBackend backend = new CpuBackend(ALONE, choice)) {
                            run(backend);
                        }
                    });
        }
    }

    static void run(CpuBackend backend) {
        new Eager(backend).run(() -> {
            // Interpreted, where one vector operation takes microseconds: as often as the first compiler asks for.
            repeat(backend, 70, 1, Lanes.N, 3);
            // Counted for the second compiler: all branches, and short loops. Long ones it would compile twice,
            // the first time only to get into a loop that runs already.
            repeat(backend, 240, 2, 16, 13);
        });
    }

    /** Rounds over {@code n} tokens with {@code heads} heads of width {@code e}. */
    private static void repeat(CpuBackend backend, int rounds, int heads, int e, int n) {
        int d = heads * e;
        Scope.run("warm-up", () -> {
            Tensor x = F.zeros(1, n, d);
            Tensor weight = F.zeros(d, d);
            Tensor bias = F.zeros(d);
            Tensor qkv = F.zeros(1, n, 3, heads, e);
            Tensor scale = F.zeros(e);
            Tensor turn = F.zeros(n, e / 2);
            Tensor streams = F.zeros(1, 2, d);
            int[] keys = new int[n];
            Arrays.fill(keys, 1, n, 1);
            Tensor mask = Tensor.of(keys, 1, n);
            Tensor far = F.zeros(1, heads, FAR, e);
            for (int i = 0; i < rounds; i++) {
                Scope.run("round", () -> {
                    F.linear(x, weight, Optional.of(bias), Activation.Fn.NONE);
                    F.linear(x, weight, Optional.of(bias), Activation.Fn.GELU);
                    F.linear(x, weight, Optional.of(bias), Activation.Fn.GELU_TANH);
                    F.layerNorm(x.add(x), bias, bias, 1e-6);
                    F.adaLnModulate(x, streams, streams, 1);
                    F.gatedResidual(x, x, streams, 1, Norm.LAYER);
                    List<Tensor> parts = F.qkNormRope(qkv, scale, scale, turn, turn);
                    F.attention(parts.get(0), parts.get(1), parts.get(2), Optional.of(mask), Attention.ofHeadWidth(e));
                    F.attention(parts.get(0), far, far, Optional.empty(), Attention.ofHeadWidth(e));
                    add(backend.choice().gemm(), x, weight, n, d);
                });
            }
        });
    }

    /** A product that is added to what stands there: in a forward only the second of two blocks of depths is. */
    private static void add(Gemm gemm, Tensor x, Tensor weight, int n, int d) {
        Floats a = Call.place(x);
        Floats b = Call.place(weight);
        Floats c = Call.place(F.zeros(n, d));
        gemm.multiply(
                WorkerPool.of(1),
                n,
                d,
                d,
                Operand.ofRows(a.data(), a.base(), d),
                Operand.ofRows(b.data(), b.base(), d),
                new Product(c.data(), c.base(), 4L * d, Product.Mode.ADD, Epilogue.NONE));
    }
}
