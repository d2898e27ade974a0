package dev.airfoil.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.airfoil.autograd.GradCheck;
import dev.airfoil.autograd.Gradients;
import dev.airfoil.autograd.Tape;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.BackendProvider.Availability;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Fused;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.View;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.ActivationGrad;
import dev.airfoil.tensor.ops.Binary;
import dev.airfoil.tensor.ops.Compare;
import dev.airfoil.tensor.ops.Max;
import dev.airfoil.tensor.ops.QkNormRope;
import dev.airfoil.tensor.ops.QkNormRopeGrad;
import dev.airfoil.tensor.ops.TimeFeatures;
import dev.airfoil.tests.OpCase.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every op of the catalogue: each backend against the definition, and the gradient against two other ways to it. */
class OpAgreementTest {
    /** F32 sums of a few dozen terms, and exp and erf to a few units in the last place; one rounding of what is stored. */
    private static double tolerance(DType dtype) {
        return switch (dtype) {
            case BF16 -> 0x1p-8;
            case F16 -> 0x1p-11;
            default -> 1e-5;
        };
    }

    @TestFactory
    Stream<DynamicTest> everyBackendComputesTheDefinition() {
        return Backends.present().entrySet().stream()
                .filter(e -> !e.getKey().name().equals("reference"))
                .map(e -> DynamicTest.dynamicTest(e.getKey().name(), () -> agrees(e, OpCases.all())));
    }

    @TestFactory
    Stream<DynamicTest> noOpRunsByItsDefinitionOnADevice() {
        return Backends.present().entrySet().stream()
                .filter(e -> e.getKey().name().equals("opencl"))
                .map(e -> DynamicTest.dynamicTest(e.getKey().name(), () -> hasKernels(e)));
    }

    private static void hasKernels(Map.Entry<BackendProvider, Availability> present) {
        Set<String> without = new TreeSet<>();
        try (Backend backend = open(present)) {
            for (OpCase c : Stream.concat(OpCases.all().stream(), OpCases.half().stream())
                    .toList()) {
                new Eager(backend)
                        .run(() -> Scope.run("case", () -> {
                            List<Tensor> inputs = c.inputs(Placement.DENSE);
                            if (!backend.supports(c.op(), inputs) && !hasHeadsOfNoModel(c.op(), inputs)) {
                                without.add(c.name());
                            }
                        }));
            }
        }
        assertThat(without).isEmpty();
    }

    /** Models ask for heads whose width is a multiple of four. */
    private static boolean hasHeadsOfNoModel(Op op, List<Tensor> inputs) {
        return (op instanceof QkNormRope || op instanceof QkNormRopeGrad)
                && inputs.getFirst().dim(-1) % 4 != 0;
    }

    @Test
    void everyOpHasACase() {
        Set<String> tried =
                OpCases.all().stream().map(c -> c.op().getClass().getName()).collect(Collectors.toSet());
        assertThat(new ClassFileImporter()
                        .importPackages("dev.airfoil.tensor").stream()
                                .filter(c -> c.getPackageName().endsWith(".ops"))
                                .filter(c -> c.isAssignableTo(Op.class) && !c.isAssignableTo(View.class))
                                .map(JavaClass::getName))
                .isNotEmpty()
                .allSatisfy(op -> assertThat(tried).contains(op));
    }

    @TestFactory
    Stream<DynamicTest> halfWidthMeansWidenedThenRounded() {
        return Backends.present().entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey().name(), () -> agrees(e, OpCases.half())));
    }

    private static void agrees(Map.Entry<BackendProvider, Availability> present, List<OpCase> cases) {
        List<String> wrong = new ArrayList<>();
        try (Backend reference = Backends.open("reference", Options.DEFAULT);
                Backend backend = open(present)) {
            int own = backend.memory().blocks();
            for (OpCase c : cases) {
                List<Output> expected = expected(reference, c);
                for (Placement placement : Placement.values()) {
                    try {
                        wrong.addAll(
                                disagreements(c.name() + " " + placement, outputs(backend, c, placement), expected));
                    } catch (RuntimeException e) {
                        wrong.add(c.name() + " " + placement + ": " + e);
                    }
                }
            }
            assertThat(wrong).as(wrong.size() + " disagreements").isEmpty();
            assertThat(backend.memory().blocks())
                    .as("blocks left on " + backend.name())
                    .isEqualTo(own);
        }
    }

    private static Backend open(Map.Entry<BackendProvider, Availability> present) {
        if (present.getValue() instanceof Availability.Unavailable(String reason)) {
            Assumptions.abort(present.getKey().name() + " cannot run here: " + reason);
        }
        return present.getKey().open("", Options.DEFAULT);
    }

    /** What an op gave. */
    private record Output(DType dtype, float[] values) {
        static Output of(Tensor t) {
            return new Output(t.dtype(), F.cast(t, DType.F32).toFloats());
        }
    }

    private static List<Output> outputs(Backend backend, OpCase c, Placement placement) {
        return new Eager(backend)
                .call(() -> Scope.call(
                        "case",
                        () -> Interpreter.bind(c.op(), c.inputs(placement)).stream()
                                .map(Output::of)
                                .toList()));
    }

    /** The op in F32, each output rounded to the type that the op gives. */
    private static List<Output> expected(Backend reference, OpCase c) {
        return new Eager(reference)
                .call(() -> Scope.call("case", () -> {
                    List<Tensor> inputs = c.inputs(Placement.DENSE);
                    List<TensorSpec> specs =
                            c.op().infer(inputs.stream().map(Tensor::spec).toList());
                    List<Tensor> wide = Interpreter.bind(c.op(), widened(inputs));
                    return IntStream.range(0, wide.size())
                            .mapToObj(i ->
                                    Output.of(F.cast(wide.get(i), specs.get(i).dtype())))
                            .toList();
                }));
    }

    private static List<Tensor> widened(List<Tensor> tensors) {
        return tensors.stream()
                .map(t -> t.dtype().isFloat() ? F.cast(t, DType.F32) : t)
                .toList();
    }

    private static List<String> disagreements(String what, List<Output> ours, List<Output> theirs) {
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < theirs.size(); i++) {
            Output a = ours.get(i);
            Output b = theirs.get(i);
            double error = relative(a.values, b.values);
            if (a.dtype != b.dtype || !(error <= tolerance(b.dtype))) {
                wrong.add(what + ": output " + i + " is " + a.dtype + " with a relative error of " + error);
            }
        }
        return wrong;
    }

    /** ||a - b|| / ||b||, with a floor for results that are rounding noise around 0. */
    private static double relative(float[] a, float[] b) {
        double difference = 0;
        double square = 0;
        for (int i = 0; i < b.length; i++) {
            difference += Math.pow((double) a[i] - b[i], 2);
            square += Math.pow(b[i], 2);
        }
        return a.length != b.length ? Double.NaN : Math.sqrt(difference) / Math.max(Math.sqrt(square), 0.1);
    }

    @TestFactory
    Stream<DynamicTest> gradientsAgreeWithTheDerivedOnesAndFiniteDifferences() {
        Map<String, List<OpCase>> byOp = OpCases.all().stream()
                .filter(OpAgreementTest::isSmooth)
                .filter(c -> c.args().stream().mapToLong(a -> a.shape().size()).sum() < 2000)
                .collect(Collectors.groupingBy(c -> c.op().name()));
        return byOp.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> e.getValue().forEach(OpAgreementTest::gradient)));
    }

    /** Ops with a gradient that differences can see: no steps, no kinks, no random numbers, no turns of a thousandth. */
    private static boolean isSmooth(OpCase c) {
        return switch (c.op()) {
            case Compare _, TimeFeatures _ -> false;
            case Activation(Activation.Fn fn) -> fn != Activation.Fn.RELU;
            case ActivationGrad(Activation.Fn fn) -> fn != Activation.Fn.RELU;
            case Max _ -> false;
            case Binary(Binary.Fn fn) -> fn != Binary.Fn.MAX && fn != Binary.Fn.MIN;
            default -> c.hasGradient();
        };
    }

    /** A tape over half-width tensors gives the gradients that it gives in F32, but for a few roundings on the way. */
    @TestFactory
    Stream<DynamicTest> gradientsOfHalfWidthTensorsAgreeWithThoseInF32() {
        Map<String, List<OpCase>> byOp = OpCases.half().stream()
                .filter(OpAgreementTest::isSmooth)
                .filter(c -> !c.op().name().endsWith("Grad"))
                .filter(c -> c.args().stream().mapToLong(a -> a.shape().size()).sum() < 2000)
                .collect(Collectors.groupingBy(c -> c.op().name()));
        return byOp.entrySet().stream()
                .map(e ->
                        DynamicTest.dynamicTest(e.getKey(), () -> e.getValue().forEach(OpAgreementTest::halfGradient)));
    }

    private static void halfGradient(OpCase c) {
        try (Backend reference = Backends.open("reference", Options.DEFAULT)) {
            new Eager(reference)
                    .run(() -> Scope.run("case", () -> {
                        List<Tensor> half = c.inputs(Placement.DENSE);
                        List<Tensor> ours = c.gradients(half);
                        List<Tensor> exact = c.gradients(widened(half));
                        for (int i = 0; i < exact.size(); i++) {
                            assertThat(relative(
                                            ours.get(i).toFloats(), exact.get(i).toFloats()))
                                    .as("%s: gradient of input %d", c.name(), i)
                                    .isLessThan(8 * tolerance(c.storage()));
                        }
                    }));
        }
    }

    private static void gradient(OpCase c) {
        try (Backend reference = Backends.open("reference", Options.DEFAULT)) {
            new Eager(reference)
                    .run(() -> Scope.run("case", () -> {
                        List<Tensor> inputs = c.inputs(Placement.DENSE);
                        List<Tensor> floats = IntStream.range(0, inputs.size())
                                .filter(i -> c.args().get(i).isLearned())
                                .mapToObj(inputs::get)
                                .toList();
                        Function<List<Tensor>, Tensor> op =
                                moved -> c.flat(Interpreter.bind(c.op(), replaced(c, inputs, moved)));
                        Tensor cotangent = F.normal(11, 0, op.apply(floats).dim(0));
                        Gradients own = Tape.pullback(floats, () -> op.apply(floats), cotangent);
                        if (c.op() instanceof Fused fused) {
                            Gradients derived = Tape.pullback(floats, () -> c.flat(fused.define(inputs)), cotangent);
                            for (int i = 0; i < floats.size(); i++) {
                                assertThat(relative(
                                                own.all().get(i).toFloats(),
                                                derived.all().get(i).toFloats()))
                                        .as("%s: gradient of input %d against the derived one", c.name(), i)
                                        .isLessThan(1e-4);
                            }
                        }
                        // The error of the slope: rounding of F32 values (1e-7 of a sum of magnitudes) divided by the
                        // step.
                        assertThat(GradCheck.check(op, floats, 5).error())
                                .as("%s: slope against finite differences", c.name())
                                .isLessThan(2e-3);
                    }));
        }
    }

    /** {@code inputs} with the learned ones replaced by {@code moved}. */
    private static List<Tensor> replaced(OpCase c, List<Tensor> inputs, List<Tensor> moved) {
        List<Tensor> all = new ArrayList<>(inputs);
        int next = 0;
        for (int i = 0; i < all.size(); i++) {
            if (c.args().get(i).isLearned()) {
                all.set(i, moved.get(next++));
            }
        }
        return all;
    }
}
