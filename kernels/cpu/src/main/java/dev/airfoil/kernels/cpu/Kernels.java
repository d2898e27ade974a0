package dev.airfoil.kernels.cpu;

import dev.airfoil.kernels.cpu.attention.AttentionGradKernel;
import dev.airfoil.kernels.cpu.attention.AttentionKernel;
import dev.airfoil.kernels.cpu.conv.Conv2dGradInputKernel;
import dev.airfoil.kernels.cpu.conv.Conv2dGradWeightKernel;
import dev.airfoil.kernels.cpu.conv.Conv2dKernel;
import dev.airfoil.kernels.cpu.moves.GatherKernel;
import dev.airfoil.kernels.cpu.moves.Moves;
import dev.airfoil.kernels.cpu.moves.ScatterAddKernel;
import dev.airfoil.kernels.cpu.optim.AdafactorKernel;
import dev.airfoil.kernels.cpu.pointwise.ActivationGradKernel;
import dev.airfoil.kernels.cpu.pointwise.ActivationKernel;
import dev.airfoil.kernels.cpu.pointwise.AdamWKernel;
import dev.airfoil.kernels.cpu.pointwise.AffineKernel;
import dev.airfoil.kernels.cpu.pointwise.BinaryKernel;
import dev.airfoil.kernels.cpu.pointwise.CastKernel;
import dev.airfoil.kernels.cpu.pointwise.CompareKernel;
import dev.airfoil.kernels.cpu.pointwise.FillKernel;
import dev.airfoil.kernels.cpu.pointwise.LerpKernel;
import dev.airfoil.kernels.cpu.pointwise.RandomKernel;
import dev.airfoil.kernels.cpu.pointwise.UnaryKernel;
import dev.airfoil.kernels.cpu.products.LinearKernel;
import dev.airfoil.kernels.cpu.products.LinearQ8Kernel;
import dev.airfoil.kernels.cpu.products.MatMulKernel;
import dev.airfoil.kernels.cpu.rows.AdaLnModulateGradKernel;
import dev.airfoil.kernels.cpu.rows.AdaLnModulateKernel;
import dev.airfoil.kernels.cpu.rows.GatedResidualGradKernel;
import dev.airfoil.kernels.cpu.rows.GatedResidualKernel;
import dev.airfoil.kernels.cpu.rows.GroupNormGradKernel;
import dev.airfoil.kernels.cpu.rows.GroupNormKernel;
import dev.airfoil.kernels.cpu.rows.LayerNormGradKernel;
import dev.airfoil.kernels.cpu.rows.LayerNormKernel;
import dev.airfoil.kernels.cpu.rows.MaxKernel;
import dev.airfoil.kernels.cpu.rows.QkNormRopeGradKernel;
import dev.airfoil.kernels.cpu.rows.QkNormRopeKernel;
import dev.airfoil.kernels.cpu.rows.RmsNormGradKernel;
import dev.airfoil.kernels.cpu.rows.RmsNormKernel;
import dev.airfoil.kernels.cpu.rows.SoftmaxGradKernel;
import dev.airfoil.kernels.cpu.rows.SoftmaxKernel;
import dev.airfoil.kernels.cpu.rows.SumKernel;
import dev.airfoil.tensor.Op;
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
import dev.airfoil.tensor.ops.Unary;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which kernel runs which op, one line each. */
public final class Kernels {
    private static final Map<Class<? extends Op>, CpuKernel<?>> ALL = Map.ofEntries(
            of(Linear.class, new LinearKernel()),
            of(LinearQ8.class, new LinearQ8Kernel()),
            of(MatMul.class, new MatMulKernel()),
            of(AttentionGrad.class, new AttentionGradKernel()),
            of(Attention.class, new AttentionKernel()),
            of(AdaLnModulateGrad.class, new AdaLnModulateGradKernel()),
            of(AdaLnModulate.class, new AdaLnModulateKernel()),
            of(GatedResidualGrad.class, new GatedResidualGradKernel()),
            of(GatedResidual.class, new GatedResidualKernel()),
            of(GroupNormGrad.class, new GroupNormGradKernel()),
            of(GroupNorm.class, new GroupNormKernel()),
            of(LayerNormGrad.class, new LayerNormGradKernel()),
            of(LayerNorm.class, new LayerNormKernel()),
            of(Max.class, new MaxKernel()),
            of(QkNormRopeGrad.class, new QkNormRopeGradKernel()),
            of(QkNormRope.class, new QkNormRopeKernel()),
            of(RmsNormGrad.class, new RmsNormGradKernel()),
            of(RmsNorm.class, new RmsNormKernel()),
            of(SoftmaxGrad.class, new SoftmaxGradKernel()),
            of(Softmax.class, new SoftmaxKernel()),
            of(Sum.class, new SumKernel()),
            of(ActivationGrad.class, new ActivationGradKernel()),
            of(Activation.class, new ActivationKernel()),
            of(AdamWUpdate.class, new AdamWKernel()),
            of(Affine.class, new AffineKernel()),
            of(Binary.class, new BinaryKernel()),
            of(Cast.class, new CastKernel()),
            of(Compare.class, new CompareKernel()),
            of(Fill.class, new FillKernel()),
            of(Lerp.class, new LerpKernel()),
            of(Random.class, new RandomKernel()),
            of(Unary.class, new UnaryKernel()),
            of(AdafactorUpdate.class, new AdafactorKernel()),
            of(Conv2dGradInput.class, new Conv2dGradInputKernel()),
            of(Conv2dGradWeight.class, new Conv2dGradWeightKernel()),
            of(Conv2d.class, new Conv2dKernel()),
            of(Gather.class, new GatherKernel()),
            of(ScatterAdd.class, new ScatterAddKernel()),
            of(Copy.class, new Moves.CopyKernel()),
            of(Concat.class, new Moves.ConcatKernel()),
            of(Pad.class, new Moves.PadKernel()));

    private Kernels() {}

    private static <O extends Op> Map.Entry<Class<O>, CpuKernel<O>> of(Class<O> op, CpuKernel<O> kernel) {
        return Map.entry(op, kernel);
    }

    /** The ops that there are kernels for. */
    public static List<Class<? extends Op>> ops() {
        return List.copyOf(ALL.keySet());
    }

    /** The kernel for the op's class. */
    @SuppressWarnings("unchecked") // of() has put the op's kernel beside its class
    static <O extends Op> Optional<CpuKernel<O>> find(O op) {
        return Optional.ofNullable((CpuKernel<O>) ALL.get(op.getClass()));
    }
}
