package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.BackendProvider.Availability;
import dev.airfoil.tensor.BackendProvider.Options;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** The device that tests run on; without one they are skipped, and say why. */
final class Devices {
    private Devices() {}

    static List<String> all() {
        return switch (new ClProvider().probe()) {
            case Availability.Available(List<String> devices) -> devices;
            case Availability.Unavailable(String reason) -> {
                System.out.println("OpenCL tests are skipped: " + reason);
                yield Assumptions.abort(reason);
            }
        };
    }

    static ClBackend open(Options options) {
        all();
        return (ClBackend) new ClProvider().open("", options);
    }
}
