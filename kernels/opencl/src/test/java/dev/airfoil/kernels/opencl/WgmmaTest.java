package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Scope;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way of wgmma against the portable kernel of the same device. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WgmmaTest {
    private ClBackend cl;

    @BeforeAll
    void open() {
        cl = Devices.open(Options.DEFAULT);
        if (!cl.hopper()) {
            String reason = "wgmma needs an NVIDIA device of compute capability 9.0, not " + cl.description();
            System.out.println("Tests of wgmma are skipped: " + reason);
            Assumptions.abort(reason);
        }
    }

    @AfterAll
    void close() {
        Stream.ofNullable(cl).forEach(ClBackend::close);
    }

    static Stream<WgmmaProduct> products() {
        return WgmmaProduct.all().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("products")
    void aProductIsWhatThePortableKernelGives(WgmmaProduct p) {
        Scope.run("test", () -> {
            WgmmaProduct.Prepared prepared = p.prepare(cl);
            assertThat(p.run(cl, prepared)).isTrue();
            assertThat(p.error(cl, prepared)).isLessThan(p.tolerance());
        });
    }
}
