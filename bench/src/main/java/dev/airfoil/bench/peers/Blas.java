package dev.airfoil.bench.peers;

import dev.airfoil.tensor.Tensor;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/** OpenBLAS in this process, through JavaCPP. */
public final class Blas {
    private static final int ROW_MAJOR = 101;
    private static final int AS_IS = 111;
    private static final int TRANSPOSED = 112;

    private Blas() {
        Loader.load(openblas_nolapack.class);
    }

    /** OpenBLAS, if its native library is here. */
    public static Peer<Blas> open() {
        return Peer.open("OpenBLAS", "org/bytedeco/openblas/linux-x86_64/libopenblas.so.0", Blas::new);
    }

    /** From now on it computes with so many threads. */
    public void threads(int threads) {
        openblas_nolapack.blas_set_num_threads(threads);
    }

    /** {@code x [m k] w[n k]^T}. */
    public Contender product(Tensor x, Tensor w) {
        int m = x.dim(0);
        int k = x.dim(1);
        int n = w.dim(0);
        FloatPointer a = new FloatPointer(x.toFloats());
        FloatPointer b = new FloatPointer(w.toFloats());
        FloatPointer c = new FloatPointer((long) m * n);
        return new Contender() {
            @Override
            public void run() {
                openblas_nolapack.cblas_sgemm(ROW_MAJOR, AS_IS, TRANSPOSED, m, n, k, 1, a, k, b, k, 0, c, n);
            }

            @Override
            public float[] answer() {
                run();
                float[] values = new float[m * n];
                c.get(values);
                return values;
            }
        };
    }
}
