package dev.airfoil.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.BackendProvider.Options;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BackendsTest {
    @Test
    void optionsCheckThemselves() {
        assertThatThrownBy(() -> new Options(OptionalInt.empty(), OptionalLong.of(0)))
                .isInstanceOf(TensorException.class)
                .hasMessage("options: the memory limit is 0 bytes; it must be 1 or more");
        assertThatThrownBy(() -> new Options(OptionalInt.of(1025), OptionalLong.empty()))
                .isInstanceOf(TensorException.class)
                .hasMessage("options: threads is 1025; it must be 1 to 1024");
        assertThatThrownBy(() -> new Options(OptionalInt.empty(), null)).hasMessage("memoryLimit");
    }

    @Test
    void aBackendThatIsNotThereIsNamedWithThoseThatAre() {
        assertThatThrownBy(() -> Backends.open("gpu", Options.DEFAULT))
                .isInstanceOf(TensorException.class)
                .hasMessage("there is no backend 'gpu'; present: auto, reference");
        assertThatThrownBy(() -> Backends.open("reference", null)).hasMessage("options");
    }
}
