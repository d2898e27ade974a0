package dev.airfoil.kernels.cpu.selftest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JvmOptionsTest {
    private static JvmOptions options(String mode, Map<String, String> given) {
        return new JvmOptions(mode, name -> Optional.ofNullable(given.get(name)));
    }

    @Test
    void theseTestsRunWithGoodOnes() {
        assertThat(JvmOptions.now().compileVectors()).isTrue();
        assertThat(JvmOptions.now().complaints()).isEmpty();
    }

    @Test
    void aJvmWithoutItsSecondCompilerIsFound() {
        for (String mode : new String[] {"interpreted mode, sharing", "mixed mode, emulated-client, sharing"}) {
            JvmOptions slow = options(mode, Map.of());
            assertThat(slow.compileVectors()).isFalse();
            assertThat(slow.complaints()).hasSize(1);
            assertThat(slow.complaints().getFirst()).contains("second compiler is off", mode, "-Xint");
        }
    }

    @Test
    void optionsThatShortenVectorsAreNamed() {
        String mode = "mixed mode, sharing";
        assertThat(options(mode, Map.of("UseAVX", "2", "MaxVectorSize", "64", "UseFMA", "true"))
                        .complaints())
                .isEmpty();
        assertThat(options(mode, Map.of("UseAVX", "1", "MaxVectorSize", "16", "UseFMA", "false"))
                        .complaints())
                .satisfiesExactly(
                        c -> assertThat(c).startsWith("-XX:UseAVX=1 was given"),
                        c -> assertThat(c).startsWith("-XX:MaxVectorSize=16 was given"),
                        c -> assertThat(c).startsWith("-XX:-UseFMA was given"));
    }
}
