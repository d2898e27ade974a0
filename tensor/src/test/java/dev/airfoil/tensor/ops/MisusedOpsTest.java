package dev.airfoil.tensor.ops;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Interpreter;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import dev.airfoil.tensor.host.ReferenceBackend;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** An op that is made or applied wrongly says in one sentence which op it is and what is wrong with it. */
class MisusedOpsTest {
    private static final int FAR = Integer.MAX_VALUE;

    /** One of each that has a setting which could be null. */
    private static final List<Op> OPS = List.of(
            new Activation(Activation.Fn.GELU),
            new ActivationGrad(Activation.Fn.GELU),
            new AdafactorUpdate(AdafactorUpdate.Moment.FULL, 0.1, 0, 0.9, 1e-30, 1),
            Attention.ofHeadWidth(4),
            new AttentionGrad(Attention.ofHeadWidth(4)),
            new Binary(Binary.Fn.ADD),
            new Cast(DType.BF16),
            new Compare(Compare.Fn.EQUAL),
            new Conv2dGradInput(Conv2d.of(1, 1), 3, 3),
            new Conv2dGradWeight(Conv2d.of(1, 1), 3, 3),
            new Expand(Shape.of(2)),
            new Fill(TensorSpec.f32(2), 1),
            new GatedResidual(0, GatedResidual.Norm.NONE),
            new GatedResidualGrad(0, GatedResidual.Norm.NONE),
            new GroupNorm(1, 1e-6f, Activation.Fn.NONE),
            new Linear(Activation.Fn.NONE),
            new LinearQ8(Activation.Fn.NONE),
            new MatMul(),
            new Permute(List.of(0)),
            new Random(Random.Distribution.NORMAL, 1, 0, Shape.of(2)),
            new Reshape(Shape.of(2)),
            new Sum(List.of(0)),
            new Unary(Unary.Fn.EXP));

    @TestFactory
    Stream<DynamicTest> noSettingIsNull() {
        return OPS.stream()
                .flatMap(op -> Stream.of(op.getClass().getRecordComponents())
                        .filter(c -> !c.getType().isPrimitive())
                        .map(c -> refused(() -> withNull(op, c), op.name() + ": " + c.getName() + " is null")));
    }

    /** Makes {@code op} anew, but with a null in the place of {@code setting}. */
    private static void withNull(Op op, RecordComponent setting) throws Throwable {
        RecordComponent[] all = op.getClass().getRecordComponents();
        List<Object> values = new ArrayList<>();
        for (RecordComponent c : all) {
            values.add(
                    c.getName().equals(setting.getName())
                            ? null
                            : c.getAccessor().invoke(op));
        }
        Class<?>[] types = Arrays.stream(all).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            op.getClass().getConstructor(types).newInstance(values.toArray());
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @TestFactory
    Stream<DynamicTest> noInputIsNull() {
        Tensor none = null;
        return Stream.of(
                refused(() -> F.softmax(none), "softmax: input 0 is null"),
                refused(() -> F.layerNorm(F.zeros(2), F.zeros(2), none, 0), "layerNorm: input 2 is null"),
                refused(() -> F.concat(0, F.zeros(2), none), "concat: input 1 is null"),
                refused(
                        () -> F.linear(F.zeros(1, 2), none, Optional.empty(), Activation.Fn.NONE),
                        "linear: input 1 is null"),
                refused(() -> Scope.call("test", () -> null), "scope 'test' returns null where a value is wanted"));
    }

    @TestFactory
    Stream<DynamicTest> axesAndSizesAreThere() {
        return Stream.of(
                applied(() -> new Concat(-1), "concat: axis -1 does not exist", zeros(2, 3), zeros(2, 3)),
                applied(() -> new Concat(2), "concat: axis 2 does not exist", zeros(2, 3), zeros(2, 3)),
                applied(() -> new Concat(0), "concat: an axis of 4294967294 is too long", wide(), wide()),
                applied(() -> new Concat(0), "concat: more inputs are wanted than the 0 given"),
                applied(() -> new Pad(-1, 1, 1), "pad: axis -1 does not exist", zeros(2, 3)),
                applied(() -> new Pad(2, 1, 1), "pad: axis 2 does not exist", zeros(2, 3)),
                applied(() -> new Pad(0, -1, 1), "pad: padding must not be negative", zeros(2, 3)),
                applied(() -> new Pad(0, FAR, 1), "pad: an axis of 2147483650 is too long", zeros(2, 3)),
                applied(() -> new Narrow(-1, 0, 1), "narrow: 1 from 0 on are outside axis -1 of [2 3]", zeros(2, 3)),
                applied(() -> new Narrow(2, 0, 1), "narrow: 1 from 0 on are outside axis 2 of [2 3]", zeros(2, 3)),
                applied(() -> new Narrow(0, 1, FAR), "narrow: 2147483647 from 1 on", zeros(2, 3)),
                applied(() -> new Sum(List.of(-1)), "sum: axis -1 does not exist", zeros(2, 3)),
                applied(() -> new Sum(List.of(2)), "sum: axis 2 does not exist", zeros(2, 3)),
                applied(() -> new Sum(List.of(1, 0)), "sum: axes [1, 0] must ascend", zeros(2, 3)),
                applied(() -> new Max(-1), "max: axis -1 does not exist", zeros(2, 3)),
                applied(() -> new Max(2), "max: axis 2 does not exist", zeros(2, 3)),
                applied(() -> new Permute(List.of(0, 2)), "permute: [0, 2] is not an order", zeros(2, 3)),
                applied(() -> new ScatterAdd(-1), "scatterAdd: rows -1 must not be negative", ids(), zeros(0, 3)),
                applied(
                        () -> new GroupNorm(0, 0, Activation.Fn.NONE),
                        "groupNorm: 0 groups",
                        image(),
                        zeros(2),
                        zeros(2)),
                applied(() -> new TimeFeatures(-2), "timeFeatures: dim -2 must be even and positive", zeros(2)),
                applied(() -> new Conv2d(0, 1, 1, 1, 1), "conv2d: stride 0 must be positive", image(), image()),
                applied(() -> new Conv2d(1, 1, 1, 1, -1), "conv2d: padding must not be negative", image(), image()),
                applied(() -> new Conv2d(1, FAR, 0, 0, 0), "conv2d: an axis of 2147483650 is too", image(), image()),
                applied(
                        () -> new Conv2dGradInput(Conv2d.of(2, 0), -1, 3),
                        "conv2dGradInput: the size of image and kernel must not be negative",
                        image(),
                        image()),
                applied(
                        () -> new Conv2dGradWeight(Conv2d.of(2, 0), 3, 4),
                        "conv2dGradWeight: the padded image is smaller than the kernel",
                        image(),
                        image()),
                applied(
                        () -> new Linear(Activation.Fn.NONE),
                        "linear: more inputs are wanted than the 1 given",
                        zeros(2)),
                refused(() -> F.transpose(F.zeros(2)), "transpose: x F32[2] must have two axes or more"),
                refused(() -> F.concat(0, List.of()), "concat: there is nothing to put together"),
                refused(() -> Shape.of(2, 3).insert(3, 1), "no axis can be inserted before axis 3 of shape [2 3]"),
                refused(
                        () -> F.reshape(F.expand(F.zeros(1, 1), Shape.of(2, FAR)), -1),
                        "reshape: an axis of 4294967294 is too long"));
    }

    /** Made where the op is applied: a tensor lives in a scope. */
    private interface Input {
        Tensor make();
    }

    private static Input zeros(int... dims) {
        return () -> F.zeros(dims);
    }

    private static Input image() {
        return zeros(2, 2, 3, 3);
    }

    private static Input wide() {
        return () -> F.expand(F.zeros(1), Shape.of(FAR));
    }

    private static Input ids() {
        return () -> Tensor.of(new int[0], 0);
    }

    private static DynamicTest applied(Supplier<Op> op, String message, Input... inputs) {
        return refused(
                () -> Interpreter.bind(
                        op.get(), Stream.of(inputs).map(Input::make).toList()),
                message);
    }

    private static DynamicTest refused(ThrowingCallable wrong, String message) {
        return DynamicTest.dynamicTest(message, () -> {
            try (ReferenceBackend backend = new ReferenceBackend(Options.DEFAULT)) {
                new Eager(backend)
                        .run(() -> Scope.run(
                                "test",
                                () -> assertThatThrownBy(wrong)
                                        .isInstanceOf(TensorException.class)
                                        .hasMessageStartingWith(message)));
            }
        });
    }
}
