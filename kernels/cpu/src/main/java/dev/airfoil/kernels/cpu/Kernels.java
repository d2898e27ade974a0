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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The kernels that there are, one line each. */
public final class Kernels {
    private static final List<CpuKernel<?>> ALL = List.of(
            new LinearKernel(),
            new LinearQ8Kernel(),
            new MatMulKernel(),
            new AttentionGradKernel(),
            new AttentionKernel(),
            new AdaLnModulateGradKernel(),
            new AdaLnModulateKernel(),
            new GatedResidualGradKernel(),
            new GatedResidualKernel(),
            new GroupNormGradKernel(),
            new GroupNormKernel(),
            new LayerNormGradKernel(),
            new LayerNormKernel(),
            new MaxKernel(),
            new QkNormRopeGradKernel(),
            new QkNormRopeKernel(),
            new RmsNormGradKernel(),
            new RmsNormKernel(),
            new SoftmaxGradKernel(),
            new SoftmaxKernel(),
            new SumKernel(),
            new ActivationGradKernel(),
            new ActivationKernel(),
            new AdamWKernel(),
            new AffineKernel(),
            new BinaryKernel(),
            new CastKernel(),
            new CompareKernel(),
            new FillKernel(),
            new LerpKernel(),
            new RandomKernel(),
            new UnaryKernel(),
            new AdafactorKernel(),
            new Conv2dGradInputKernel(),
            new Conv2dGradWeightKernel(),
            new Conv2dKernel(),
            new GatherKernel(),
            new ScatterAddKernel(),
            new Moves.CopyKernel(),
            new Moves.ConcatKernel(),
            new Moves.PadKernel());

    private static final Map<Class<? extends Op>, CpuKernel<?>> BY_OP =
            ALL.stream().collect(Collectors.toUnmodifiableMap(CpuKernel::op, Function.identity()));

    private Kernels() {}

    /** The ops that there are kernels for. */
    public static List<Class<? extends Op>> ops() {
        return List.copyOf(BY_OP.keySet());
    }

    /** The kernel for the op's class. */
    @SuppressWarnings("unchecked") // the map's key is the kernel's op
    static <O extends Op> Optional<CpuKernel<O>> find(O op) {
        return Optional.ofNullable((CpuKernel<O>) BY_OP.get(op.getClass()));
    }
}
