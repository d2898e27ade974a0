package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.host.ReferenceBackend;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgreementTest {
    private ClBackend cl;
    private ReferenceBackend reference;

    @BeforeAll
    void open() {
        cl = Devices.open(Options.DEFAULT);
        reference = new ReferenceBackend(Options.DEFAULT);
    }

    @AfterAll
    void close() {
        if (reference != null) { // the tests were skipped
            reference.close();
            cl.close();
        }
    }

    static Stream<Agreement.Case> cases() {
        return Agreement.cases().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void aKernelGivesWhatTheReferenceLoopsGiveAndTheSameBitsEachTime(Agreement.Case c) {
        int blocks = cl.memory().blocks();
        Scope.run("case", () -> {
            List<float[]> first = Agreement.values(c, cl);
            double error = Agreement.error(Agreement.values(c, reference), first);
            assertThat(error).as(c.name()).isLessThanOrEqualTo(c.tolerance());
            List<float[]> again = Agreement.values(c, cl);
            assertThat(Arrays.deepEquals(again.toArray(), first.toArray()))
                    .as("%s again", c.name())
                    .isTrue();
        });
        assertThat(cl.memory().blocks()).as("blocks left by " + c.name()).isEqualTo(blocks);
    }

    @Test
    void everyKernelIsTried() {
        Set<Class<?>> tried = cases().map(c -> c.op().getClass()).collect(Collectors.toSet());
        assertThat(tried).containsAll(ClKernels.ops());
    }
}
