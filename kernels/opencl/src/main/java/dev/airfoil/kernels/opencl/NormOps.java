package dev.airfoil.kernels.opencl;

import dev.airfoil.kernels.opencl.Norms.Norm;
import dev.airfoil.kernels.opencl.Norms.Streams;
import dev.airfoil.kernels.opencl.Norms.Use;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.AdaLnModulate;
import dev.airfoil.tensor.ops.AdaLnModulateGrad;
import dev.airfoil.tensor.ops.GatedResidual;
import dev.airfoil.tensor.ops.GatedResidualGrad;
import dev.airfoil.tensor.ops.LayerNorm;
import dev.airfoil.tensor.ops.LayerNormGrad;
import dev.airfoil.tensor.ops.RmsNorm;
import dev.airfoil.tensor.ops.RmsNormGrad;
import java.util.List;
import java.util.Optional;

/** The ops that {@link Norms} launches: what each makes of a row, from which input. */
final class NormOps {
    private NormOps() {}

    /** Rows that are not too wide. */
    static boolean fits(List<Tensor> in) {
        return Norms.fits(in.getFirst());
    }

    /** As {@link #fits}; both settings are read as one type. */
    static boolean fitsWithPair(List<Tensor> in) {
        return fits(in) && in.get(1).dtype() == in.get(2).dtype();
    }

    static void layerNorm(ClBackend cl, LayerNorm op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        Optional<Tensor> bias = Optional.of(in.get(2));
        Streams one = Streams.none(Norms.rows(x));
        Norms.forward(cl, Norm.LAYER, Use.WEIGHT_BIAS, x, in.get(1), bias, out.getFirst(), one, op.eps());
    }

    static void layerNormGrad(ClBackend cl, LayerNormGrad op, List<Tensor> in, List<Tensor> out) {
        backward(cl, Norm.LAYER, Use.WEIGHT_BIAS, in, out, Streams.none(Norms.rows(in.getFirst())), op.eps());
    }

    static void rmsNorm(ClBackend cl, RmsNorm op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        Streams one = Streams.none(Norms.rows(x));
        Norms.forward(cl, Norm.RMS, Use.WEIGHT, x, in.get(1), Optional.empty(), out.getFirst(), one, op.eps());
    }

    static void rmsNormGrad(ClBackend cl, RmsNormGrad op, List<Tensor> in, List<Tensor> out) {
        backward(cl, Norm.RMS, Use.WEIGHT, in, out, Streams.none(Norms.rows(in.getFirst())), op.eps());
    }

    static void adaLnModulate(ClBackend cl, AdaLnModulate op, List<Tensor> in, List<Tensor> out) {
        Tensor x = in.getFirst();
        Optional<Tensor> shift = Optional.of(in.get(1));
        Streams streams = Streams.of(x, in.get(1), op.split());
        Norms.forward(cl, Norm.LAYER, Use.MODULATE, x, in.get(2), shift, out.getFirst(), streams, op.eps());
    }

    static void adaLnModulateGrad(ClBackend cl, AdaLnModulateGrad op, List<Tensor> in, List<Tensor> out) {
        // The op gives the gradient of the shift before that of the scale.
        List<Tensor> to = List.of(out.get(0), out.get(2), out.get(1));
        Streams streams = Streams.of(in.getFirst(), in.get(1), op.split());
        backward(cl, Norm.LAYER, Use.MODULATE, in, to, streams, op.eps());
    }

    static void gatedResidual(ClBackend cl, GatedResidual op, List<Tensor> in, List<Tensor> out) {
        Tensor y = in.get(1);
        Optional<Tensor> x = Optional.of(in.getFirst());
        Streams streams = Streams.of(y, in.get(2), op.split());
        Norm norm = norm(op.norm());
        Norms.forward(cl, norm, Use.GATE, y, in.get(2), x, out.getFirst(), streams, AdaLnModulate.EPS);
    }

    static void gatedResidualGrad(ClBackend cl, GatedResidualGrad op, List<Tensor> in, List<Tensor> out) {
        Streams streams = Streams.of(in.getFirst(), in.get(1), op.split());
        backward(cl, norm(op.norm()), Use.GATE, in, out, streams, AdaLnModulate.EPS);
    }

    private static Norm norm(GatedResidual.Norm norm) {
        return switch (norm) {
            case NONE -> Norm.NONE;
            case LAYER -> Norm.LAYER;
        };
    }

    /**
     * @param in the normalised input, the factor and the gradient of the output
     * @param out gradients of the input, of the factor and, if there is one, of the addend
     */
    private static void backward(
            ClBackend cl, Norm norm, Use use, List<Tensor> in, List<Tensor> out, Streams streams, float eps) {
        Optional<Tensor> plain = out.stream().skip(2).findFirst();
        Norms.backward(cl, norm, use, in.get(0), in.get(1), in.get(2), out.get(0), out.get(1), plain, streams, eps);
    }
}
