package dev.airfoil.kernels.opencl;

import java.util.List;

/** The kernels there are; ops without one run by their definition. */
final class ClKernels {
    private ClKernels() {}

    static List<ClKernel<?>> all() {
        return List.of(
                // moving and making
                new Copies.CopyKernel(),
                new Copies.ConcatKernel(),
                new Copies.PadKernel(),
                new Copies.FillKernel(),
                new CastKernel(),
                new RandomKernel(),
                new GatherKernel(),
                new ScatterAddKernel(),
                new TimeFeaturesKernel(),
                // element by element
                new UnaryKernel(),
                new BinaryKernel(),
                new CompareKernel(),
                new AffineKernel(),
                new ActivationKernel(),
                new ActivationGradKernel(),
                new LerpKernel(),
                // sums and products
                new Reduce.SumKernel(),
                new Reduce.MaxKernel(),
                new MatMulKernel(),
                new LinearKernel(),
                new LinearQ8Kernel(),
                new Convolutions.Forward(),
                new Convolutions.GradInput(),
                new Convolutions.GradWeight(),
                // rows
                new SoftmaxKernel(),
                new SoftmaxGradKernel(),
                new LayerNormKernel(),
                new LayerNormGradKernel(),
                new RmsNormKernel(),
                new RmsNormGradKernel(),
                new AdaLnModulateKernel(),
                new AdaLnModulateGradKernel(),
                new GatedResidualKernel(),
                new GatedResidualGradKernel(),
                new GroupNorms.Forward(),
                new GroupNorms.Backward(),
                new QkNormRopeKernel(),
                new QkNormRopeGradKernel(),
                // attention and optimizers
                new AttentionKernel(),
                new AttentionGradKernel(),
                new AdamWKernel(),
                new AdafactorKernel());
    }
}
