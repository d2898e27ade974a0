package dev.airfoil.kernels.cpu.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class VectorMathTest {
    private static final double ULP = Math.scalb(1.0, -23);

    private static float at(UnaryOperator<FloatVector> f, float x) {
        return f.apply(FloatVector.broadcast(Lanes.F, x)).lane(0);
    }

    /** The largest relative error over the numbers from {@code from} to {@code to}, in units of 2^-23. */
    private static double worst(UnaryOperator<FloatVector> f, DoubleUnaryOperator exact, float from, float to) {
        double worst = 0;
        int n = 60_000;
        for (int i = 0; i <= n; i++) {
            float x = (float) (from + (double) (to - from) * i / n);
            double wanted = exact.applyAsDouble(x);
            if (wanted != 0) {
                worst = Math.max(worst, Math.abs((at(f, x) - wanted) / wanted) / ULP);
            }
        }
        return worst;
    }

    /** erf by its series and, further out, by its continued fraction. */
    private static double erf(double x) {
        double a = Math.abs(x);
        if (a < 3) {
            double term = a;
            double sum = a;
            for (int i = 1; i < 200; i++) {
                term *= -a * a / i;
                sum += term / (2 * i + 1);
            }
            return Math.signum(x) * sum * 2 / Math.sqrt(Math.PI);
        }
        double f = 0;
        for (int i = 60; i > 0; i--) {
            f = i / 2.0 / (a + f);
        }
        return Math.signum(x) * (1 - Math.exp(-a * a) / (a + f) / Math.sqrt(Math.PI));
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @Test
    void errorsAreAsStated() {
        assertThat(worst(VectorMath::exp, Math::exp, -86.9f, 88.7f)).as("exp").isLessThan(4);
        assertThat(worst(VectorMath::exp, Math::exp, -20, 20)).as("exp, middle").isLessThan(2);
        assertThat(worst(VectorMath::log, Math::log, Float.MIN_VALUE, 2 * Float.MIN_NORMAL))
                .as("log, denormals")
                .isLessThan(2);
        assertThat(worst(VectorMath::log, Math::log, 1e-30f, 1e-3f))
                .as("log, small")
                .isLessThan(2);
        assertThat(worst(VectorMath::log, Math::log, 0.001f, 3f)).as("log").isLessThan(2);
        assertThat(worst(VectorMath::log, Math::log, 3f, 3e38f))
                .as("log, large")
                .isLessThan(2);
        assertThat(worst(VectorMath::tanh, Math::tanh, -10, 10)).as("tanh").isLessThan(4);
        assertThat(worst(VectorMath::tanh, Math::tanh, 1e-8f, 1e-3f))
                .as("tanh near 0")
                .isLessThan(4);
        assertThat(worst(VectorMath::sigmoid, VectorMathTest::sigmoid, -80, 80))
                .as("sigmoid")
                .isLessThan(4);
        assertThat(worst(VectorMath::erf, VectorMathTest::erf, -6, 6)).as("erf").isLessThan(4);
        assertThat(worst(VectorMath::erf, VectorMathTest::erf, 1e-8f, 1e-3f))
                .as("erf near 0")
                .isLessThan(4);
    }

    @Test
    void theEndsOfTheRange() {
        float inf = Float.POSITIVE_INFINITY;
        assertThat(at(VectorMath::exp, -inf)).isZero();
        assertThat(at(VectorMath::exp, -200)).isZero();
        assertThat(at(VectorMath::exp, 0)).isEqualTo(1);
        assertThat(at(VectorMath::exp, 89)).isEqualTo(inf);
        assertThat(at(VectorMath::exp, inf)).isEqualTo(inf);
        assertThat(at(VectorMath::exp, Float.NaN)).isNaN();
        assertThat(at(VectorMath::log, 0)).isEqualTo(-inf);
        assertThat(at(VectorMath::log, -0f)).isEqualTo(-inf);
        assertThat(at(VectorMath::log, -1)).isNaN();
        assertThat(at(VectorMath::log, -Float.MIN_VALUE)).isNaN();
        assertThat(at(VectorMath::log, -inf)).isNaN();
        assertThat(at(VectorMath::log, 1)).isZero();
        assertThat(at(VectorMath::log, inf)).isEqualTo(inf);
        assertThat(at(VectorMath::log, Float.NaN)).isNaN();
        assertThat(at(VectorMath::tanh, 50)).isEqualTo(1);
        assertThat(at(VectorMath::tanh, -200)).isEqualTo(-1);
        assertThat(at(VectorMath::sigmoid, -200)).isZero();
        assertThat(at(VectorMath::sigmoid, 200)).isEqualTo(1);
        assertThat(at(VectorMath::erf, 10)).isEqualTo(1);
        assertThat(at(VectorMath::erf, -inf)).isEqualTo(-1);
        assertThat(at(VectorMath::erf, Float.NaN)).isNaN();
    }

    @Test
    void activationsAgreeWithTheirFormulas() {
        for (float x = -12; x < 12; x += 0.013f) {
            double v = x;
            double u = Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v);
            double near = 4e-7 * Math.max(1, Math.abs(v));
            assertThat(Math.abs(at(VectorMath::silu, x) - v * sigmoid(v))).isLessThan(near);
            assertThat(Math.abs(at(VectorMath::quickGelu, x) - v * sigmoid(1.702 * v)))
                    .isLessThan(near);
            assertThat(Math.abs(at(VectorMath::geluTanh, x) - v * sigmoid(2 * u)))
                    .isLessThan(near);
            assertThat(Math.abs(at(VectorMath::gelu, x) - v * (1 + erf(v / Math.sqrt(2))) / 2))
                    .isLessThan(near);
        }
    }

    @Test
    void activationsAtTheEndsOfTheRange() {
        List<UnaryOperator<FloatVector>> all =
                List.of(VectorMath::silu, VectorMath::quickGelu, VectorMath::geluTanh, VectorMath::gelu);
        for (UnaryOperator<FloatVector> f : all) {
            for (float x : new float[] {20.01f, 200, 1e10f, 1e30f, Float.POSITIVE_INFINITY}) {
                assertThat(at(f, x)).as("%s", x).isEqualTo(x);
            }
            for (float x : new float[] {-200, -1e10f, -1e30f}) {
                assertThat(at(f, x)).as("%s", x).isZero();
            }
            assertThat(at(f, 0f)).isZero();
            assertThat(at(f, Float.NEGATIVE_INFINITY)).isNaN();
            assertThat(at(f, Float.NaN)).isNaN();
            assertThat(at(f, Float.intBitsToFloat(0xffc00000))).isNaN();
        }
    }
}
