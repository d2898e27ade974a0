package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.ActivationGrad;
import dev.airfoil.tensor.ops.AdaLnModulate;
import dev.airfoil.tensor.ops.AdaLnModulateGrad;
import dev.airfoil.tensor.ops.AdafactorUpdate;
import dev.airfoil.tensor.ops.AdamWUpdate;
import dev.airfoil.tensor.ops.Affine;
import dev.airfoil.tensor.ops.Attention;
import dev.airfoil.tensor.ops.AttentionGrad;
import dev.airfoil.tensor.ops.Binary;
import dev.airfoil.tensor.ops.Cast;
import dev.airfoil.tensor.ops.Compare;
import dev.airfoil.tensor.ops.Concat;
import dev.airfoil.tensor.ops.Conv2d;
import dev.airfoil.tensor.ops.Conv2dGradInput;
import dev.airfoil.tensor.ops.Conv2dGradWeight;
import dev.airfoil.tensor.ops.Copy;
import dev.airfoil.tensor.ops.Fill;
import dev.airfoil.tensor.ops.GatedResidual;
import dev.airfoil.tensor.ops.GatedResidualGrad;
import dev.airfoil.tensor.ops.Gather;
import dev.airfoil.tensor.ops.GroupNorm;
import dev.airfoil.tensor.ops.GroupNormGrad;
import dev.airfoil.tensor.ops.LayerNorm;
import dev.airfoil.tensor.ops.LayerNormGrad;
import dev.airfoil.tensor.ops.Lerp;
import dev.airfoil.tensor.ops.Linear;
import dev.airfoil.tensor.ops.LinearQ8;
import dev.airfoil.tensor.ops.MatMul;
import dev.airfoil.tensor.ops.Max;
import dev.airfoil.tensor.ops.Pad;
import dev.airfoil.tensor.ops.QkNormRope;
import dev.airfoil.tensor.ops.QkNormRopeGrad;
import dev.airfoil.tensor.ops.Random;
import dev.airfoil.tensor.ops.RmsNorm;
import dev.airfoil.tensor.ops.RmsNormGrad;
import dev.airfoil.tensor.ops.ScatterAdd;
import dev.airfoil.tensor.ops.Softmax;
import dev.airfoil.tensor.ops.SoftmaxGrad;
import dev.airfoil.tensor.ops.Sum;
import dev.airfoil.tensor.ops.TimeFeatures;
import dev.airfoil.tensor.ops.Unary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Which kernel runs which op; fused ops without one run by their definition. */
final class ClKernels {
    private static final Map<Class<? extends Op>, ClKernel<?>> ALL = Map.ofEntries(
            // moving and making
            of(Copy.class, Copies::copy),
            of(Concat.class, Copies::concat),
            of(Pad.class, Copies::pad),
            of(Fill.class, Copies::fill),
            of(Cast.class, new CastKernel()),
            of(Random.class, new RandomKernel()),
            of(Gather.class, new GatherKernel()),
            of(ScatterAdd.class, new ScatterAddKernel()),
            of(TimeFeatures.class, new TimeFeaturesKernel()),
            // element by element
            of(Unary.class, Elementwise::unary),
            of(Binary.class, Elementwise::binary),
            of(Compare.class, Elementwise::compare),
            of(Affine.class, Elementwise::affine),
            of(Activation.class, Elementwise::activation),
            of(ActivationGrad.class, Elementwise::activationGrad),
            of(Lerp.class, Elementwise::lerp),
            // sums and products
            of(Sum.class, Reduce::sum),
            of(Max.class, Reduce::max),
            of(MatMul.class, new MatMulKernel()),
            of(Linear.class, new LinearKernel()),
            of(LinearQ8.class, new LinearQ8Kernel()),
            of(Conv2d.class, Convolutions::forward),
            of(Conv2dGradInput.class, Convolutions::gradInput),
            of(Conv2dGradWeight.class, Convolutions::gradWeight),
            // rows
            of(Softmax.class, new SoftmaxKernel()),
            of(SoftmaxGrad.class, new SoftmaxGradKernel()),
            of(LayerNorm.class, NormOps::layerNorm, NormOps::fitsWithPair),
            of(LayerNormGrad.class, NormOps::layerNormGrad, NormOps::fits),
            of(RmsNorm.class, NormOps::rmsNorm, NormOps::fits),
            of(RmsNormGrad.class, NormOps::rmsNormGrad, NormOps::fits),
            of(AdaLnModulate.class, NormOps::adaLnModulate, NormOps::fitsWithPair),
            of(AdaLnModulateGrad.class, NormOps::adaLnModulateGrad, NormOps::fits),
            of(GatedResidual.class, NormOps::gatedResidual, NormOps::fits),
            of(GatedResidualGrad.class, NormOps::gatedResidualGrad, NormOps::fits),
            of(GroupNorm.class, new GroupNorms.Forward()),
            of(GroupNormGrad.class, new GroupNorms.Backward()),
            of(QkNormRope.class, new QkNormRopeKernel()),
            of(QkNormRopeGrad.class, new QkNormRopeGradKernel()),
            // attention and optimizers
            of(Attention.class, new AttentionKernel()),
            of(AttentionGrad.class, new AttentionGradKernel()),
            of(AdamWUpdate.class, new AdamWKernel()),
            of(AdafactorUpdate.class, new AdafactorKernel()));

    private ClKernels() {}

    private static <O extends Op> Map.Entry<Class<O>, ClKernel<O>> of(Class<O> op, ClKernel<O> kernel) {
        return Map.entry(op, kernel);
    }

    /** A kernel for inputs of which {@code accepts} holds. */
    private static <O extends Op> Map.Entry<Class<O>, ClKernel<O>> of(
            Class<O> op, ClKernel<O> kernel, Predicate<List<Tensor>> accepts) {
        return of(op, new ClKernel<O>() {
            @Override
            public boolean accepts(O some, List<Tensor> in) {
                return accepts.test(in);
            }

            @Override
            public void run(ClBackend cl, O some, List<Tensor> in, List<Tensor> out) {
                kernel.run(cl, some, in, out);
            }
        });
    }

    /** The ops that there are kernels for. */
    static Set<Class<? extends Op>> ops() {
        return ALL.keySet();
    }

    /** The kernel for the op's class. */
    @SuppressWarnings("unchecked") // of() has put the op's kernel beside its class
    static <O extends Op> Optional<ClKernel<O>> find(O op) {
        return Optional.ofNullable((ClKernel<O>) ALL.get(op.getClass()));
    }
}
