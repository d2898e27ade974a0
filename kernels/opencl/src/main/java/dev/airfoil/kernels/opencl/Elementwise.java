package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.ActivationGrad;
import dev.airfoil.tensor.ops.Affine;
import dev.airfoil.tensor.ops.Binary;
import dev.airfoil.tensor.ops.Compare;
import dev.airfoil.tensor.ops.Lerp;
import dev.airfoil.tensor.ops.Unary;
import java.util.ArrayList;
import java.util.List;

/**
 * Ops that treat each element alone: {@code activation.cl}, {@code affine.cl}, {@code binary.cl} and {@code unary.cl}, one
 * work-item an element, or four where all is dense.
 */
final class Elementwise {
    private Elementwise() {}

    static void activation(ClBackend cl, Activation op, List<Tensor> in, List<Tensor> out) {
        run(cl, "activation", "activation", "-DFN=" + op.fn(), in, out.getFirst());
    }

    static void activationGrad(ClBackend cl, ActivationGrad op, List<Tensor> in, List<Tensor> out) {
        run(cl, "activation", "activation_grad", "-DFN=" + op.fn(), in, out.getFirst());
    }

    static void affine(ClBackend cl, Affine op, List<Tensor> in, List<Tensor> out) {
        run(cl, "affine", "affine", "", in, out.getFirst(), op.scale(), op.shift());
    }

    static void binary(ClBackend cl, Binary op, List<Tensor> in, List<Tensor> out) {
        run(cl, "binary", "binary", "-DFN=" + op.fn(), in, out.getFirst(), 0);
    }

    static void compare(ClBackend cl, Compare op, List<Tensor> in, List<Tensor> out) {
        run(cl, "binary", "binary", "-DFN=" + op.fn(), in, out.getFirst(), 0);
    }

    static void lerp(ClBackend cl, Lerp op, List<Tensor> in, List<Tensor> out) {
        run(cl, "binary", "binary", "-DFN=LERP", in, out.getFirst(), op.t());
    }

    static void unary(ClBackend cl, Unary op, List<Tensor> in, List<Tensor> out) {
        run(cl, "unary", "unary", "-DFN=" + op.fn(), in, out.getFirst());
    }

    /**
     * Launches {@code kernel} of {@code file.cl} with {@code in}, {@code out}, the number of elements, their sizes and
     * the strides of each input; with {@code -DDENSE} if all are dense. {@code out} is dense.
     *
     * @param settings numbers that follow, set on the launch
     */
    private static void run(
            ClBackend cl, String file, String kernel, String options, List<Tensor> in, Tensor out, float... settings) {
        List<Layout> layouts = new ArrayList<>();
        in.forEach(t -> layouts.add(t.layout()));
        String typed = options + Stored.as(in.getFirst());
        if (layouts.stream().allMatch(Layout::isContiguous)) {
            boolean four = Stored.byFour(out.size(), in.toArray(Tensor[]::new));
            launch(cl.launch(file, kernel, typed + (four ? " -DDENSE -DVEC=4" : " -DDENSE")), in, out, settings)
                    .items(four ? out.size() / 4 : out.size());
            return;
        }
        checkSize(out.size());
        Strided s = Strided.of(layouts);
        Launch launch = launch(cl.launch(file, kernel, typed + " -DRANK=" + s.rank()), in, out, settings);
        launch.vector(s.dims());
        s.strides().forEach(launch::vector);
        launch.items(out.size());
    }

    private static Launch launch(Launch launch, List<Tensor> in, Tensor out, float... settings) {
        launch.tensors(in).tensor(out).number(out.size());
        for (float setting : settings) {
            launch.number(setting);
        }
        return launch;
    }

    /** Kernels find strided elements with 32-bit divisions. */
    static void checkSize(long size) {
        if (size > Integer.MAX_VALUE) {
            throw new TensorException("an opencl kernel over a strided view takes at most 2^31 elements, here " + size
                    + "; make the tensor contiguous or use a smaller batch");
        }
    }
}
