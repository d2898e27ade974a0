package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.BackendProvider.Precision;
import dev.airfoil.tensor.Scope;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tensor cores against the portable kernels of the same device: as near as factors of 8 bits allow. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TensorCoresTest {
    /** A rounded factor is off by 2^-9 at most; the gradients of attention multiply three of them. */
    private static final double TOLERANCE = 1.5e-2;

    private ClBackend mixed;
    private ClBackend portable;

    @BeforeAll
    void open() {
        portable = Devices.open(Options.DEFAULT);
        mixed = Devices.open(new Options(OptionalInt.empty(), OptionalLong.empty(), Precision.MIXED));
        if (!mixed.tensorCores()) {
            String reason = "tensor cores need an NVIDIA device of compute capability 8.0, not " + mixed.description();
            System.out.println("Tensor core tests are skipped: " + reason);
            Assumptions.abort(reason);
        }
    }

    @AfterAll
    void close() {
        Stream.of(portable, mixed).filter(b -> b != null).forEach(ClBackend::close);
    }

    static Stream<Agreement.Case> cases() {
        return Agreement.cases().stream()
                .filter(c -> Stream.of("matmul", "linear", "attention").anyMatch(c.name()::startsWith));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void productsAgreeWithThePortableKernels(Agreement.Case c) {
        double error = Scope.call("case", () -> Agreement.error(c, portable, mixed));
        assertThat(error).as(c.name()).isLessThanOrEqualTo(TOLERANCE);
    }
}
