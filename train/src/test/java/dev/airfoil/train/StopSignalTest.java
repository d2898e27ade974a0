package dev.airfoil.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StopSignalTest {
    @Test
    void aSignalThatIsOverLeavesNothingWithTheVirtualMachine() {
        StopSignal open = StopSignal.onInterrupt();
        StopSignal closed = StopSignal.onInterrupt();
        closed.close();
        closed.close();
        assertThat(Runtime.getRuntime().removeShutdownHook(closed.hook)).isFalse();
        assertThat(Runtime.getRuntime().removeShutdownHook(open.hook)).isTrue();
    }
}
