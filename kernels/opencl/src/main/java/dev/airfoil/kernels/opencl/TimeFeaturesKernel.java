package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.TimeFeatures;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** {@link TimeFeatures}: {@code time_features.cl}, one work-item a pair of features. */
final class TimeFeaturesKernel implements ClKernel<TimeFeatures> {
    @Override
    public void run(ClBackend cl, TimeFeatures op, List<Tensor> in, List<Tensor> out) {
        Tensor sigma = in.getFirst();
        int half = op.dim() / 2;
        float[] table = new float[op.dim()];
        for (int i = 0; i < half; i++) {
            double frequency = op.angle(1, i) / (2 * Math.PI);
            table[2 * i] = (float) frequency;
            table[2 * i + 1] = (float) (frequency - table[2 * i]);
        }
        Tensor frequencies = cl.scratch(half, 2);
        cl.upload(MemorySegment.ofArray(table), frequencies.storage(), 0);
        long n = (long) sigma.dim(0) * half;
        cl.launch("time_features", "time_features", "")
                .tensor(sigma)
                .tensor(frequencies)
                .tensor(out.getFirst())
                .number(n)
                .number(half)
                .number(sigma.layout().stride(0))
                .items(n);
    }
}
