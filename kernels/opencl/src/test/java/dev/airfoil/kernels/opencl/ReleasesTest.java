package dev.airfoil.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReleasesTest {
    private final List<String> done = new ArrayList<>();
    private final Releases releases = new Releases();

    @Test
    void theLastIsReleasedFirstAndEachOnce() {
        releases.add(() -> done.add("context"));
        releases.add(() -> done.add("queue"));
        releases.close();
        releases.close();
        assertThat(done).containsExactly("queue", "context");
    }

    @Test
    void aFailureDoesNotKeepTheOthers() {
        releases.add(() -> done.add("context"));
        releases.add(() -> {
            throw new IllegalStateException("device lost");
        });
        releases.add(() -> done.add("pool"));
        assertThatThrownBy(releases::close).hasMessage("device lost");
        assertThat(done).containsExactly("pool", "context");
    }
}
