package dev.airfoil.kernels.cpu.rows;

import static dev.airfoil.kernels.cpu.vector.Lanes.F;
import static dev.airfoil.kernels.cpu.vector.Lanes.LE;
import static dev.airfoil.kernels.cpu.vector.Lanes.N;
import static dev.airfoil.kernels.cpu.vector.Lanes.offHeap;

import dev.airfoil.kernels.cpu.Call;
import dev.airfoil.kernels.cpu.CpuKernel;
import dev.airfoil.kernels.cpu.Floats;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.GroupNormGrad;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Groups of one image in parallel. The sums that the gradient of a group needs are made of those of its channels, and
 * these, added up over the images in order, are the gradients of weight and bias.
 */
public final class GroupNormGradKernel implements CpuKernel<GroupNormGrad> {
    @Override
    public boolean accepts(GroupNormGrad op, List<Tensor> inputs) {
        return inputs.getFirst().size() > 0;
    }

    @Override
    public void run(GroupNormGrad op, Call call) {
        Tensor shape = call.in(0);
        int images = shape.dim(0);
        int all = shape.dim(1);
        int channels = all / op.groups();
        int pixels = shape.dim(2) * shape.dim(3);
        Floats x = call.dense(0);
        Floats w = call.dense(1);
        Floats gy = call.dense(2);
        Floats gx = call.result(0);
        // For each image and channel, the sums of gy hat and of gy.
        double[] hats = new double[images * all];
        double[] sums = new double[images * all];
        call.pool().splitIf(shape.size() > NormForward.PARALLEL, images * op.groups(), (from, to) -> {
            float[] scale = new float[RowMath.ROOM];
            float[] ofChannel = new float[2];
            for (int i = from; i < to; i++) {
                int size = channels * pixels;
                long row = (long) i * size;
                Norm.LAYER.measure(x.data(), x.at(row), size, op.eps(), scale);
                float mean = scale[0];
                float rstd = scale[1];
                int first = i % op.groups() * channels;
                double ofG = 0;
                double ofHat = 0;
                for (int c = 0; c < channels; c++) {
                    long at = row + (long) c * pixels;
                    sums(x.data(), x.at(at), mean, gy.data(), gy.at(at), ofChannel, pixels);
                    double sum = ofChannel[0];
                    double hat = ofChannel[1] * (double) rstd;
                    sums[i / op.groups() * all + first + c] = sum;
                    hats[i / op.groups() * all + first + c] = hat;
                    float weight = Lanes.get(w.data(), w.at(first + c));
                    ofG += weight * sum / size;
                    ofHat += weight * hat / size;
                }
                for (int c = 0; c < channels; c++) {
                    long at = row + (long) c * pixels;
                    float weight = Lanes.get(w.data(), w.at(first + c));
                    back(
                            x.data(),
                            x.at(at),
                            gy.data(),
                            gy.at(at),
                            mean,
                            rstd,
                            weight,
                            (float) ofG,
                            (float) ofHat,
                            gx.data(),
                            gx.at(at),
                            pixels);
                }
            }
        });
        gather(hats, images, all, call.result(1));
        gather(sums, images, all, call.result(2));
    }

    /** The sums of g and of g times the distance of x from its mean. */
    private static void sums(MemorySegment x, long xo, float mean, MemorySegment g, long go, float[] to, int n) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector products = FloatVector.zero(F);
        FloatVector others = FloatVector.zero(F);
        int end = n / (2 * N) * (2 * N);
        int j = 0;
        for (; j < end; j += 2 * N) {
            long at = xo + 4L * j;
            FloatVector u = FloatVector.fromMemorySegment(F, g, go + 4L * j, LE);
            FloatVector v = FloatVector.fromMemorySegment(F, g, go + 4L * j + 4L * N, LE);
            a = a.add(u);
            b = b.add(v);
            products = FloatVector.fromMemorySegment(F, x, at, LE).sub(mean).fma(u, products);
            others = FloatVector.fromMemorySegment(F, x, at + 4L * N, LE)
                    .sub(mean)
                    .fma(v, others);
        }
        for (; j < n; j += N) {
            VectorMask<Float> m = F.indexInRange(j, n);
            FloatVector u = FloatVector.fromMemorySegment(F, g, go + 4L * j, LE, m);
            a = a.add(u);
            products = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE, m)
                    .sub(mean)
                    .fma(u, products);
        }
        to[0] = Lanes.sum(a.add(b));
        to[1] = Lanes.sum(products.add(others));
    }

    private static void gather(double[] parts, int images, int channels, Floats to) {
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            for (int i = 0; i < images; i++) {
                sum += parts[i * channels + c];
            }
            Lanes.set(to.data(), to.at(c), (float) sum);
        }
    }

    private static void back(
            MemorySegment x,
            long xo,
            MemorySegment gy,
            long go,
            float mean,
            float rstd,
            float weight,
            float ofG,
            float ofHat,
            MemorySegment gx,
            long to,
            int n) {
        MemorySegment out = offHeap(gx);
        int end = F.loopBound(n);
        int j = 0;
        for (; j < end; j += N) {
            FloatVector hat = FloatVector.fromMemorySegment(F, x, xo + 4L * j, LE)
                    .sub(mean)
                    .mul(rstd);
            FloatVector g =
                    FloatVector.fromMemorySegment(F, gy, go + 4L * j, LE).mul(weight);
            g.sub(ofG).sub(hat.mul(ofHat)).mul(rstd).intoMemorySegment(out, to + 4L * j, LE);
        }
        for (; j < n; j++) {
            float hat = (Lanes.get(x, xo + 4L * j) - mean) * rstd;
            float g = Lanes.get(gy, go + 4L * j) * weight;
            Lanes.set(gx, to + 4L * j, (g - ofG - hat * ofHat) * rstd);
        }
    }
}
