package dev.airfoil.kernels.cpu;

import dev.airfoil.kernels.cpu.selftest.SelfTest;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.TensorException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Offers the cpu backend. Names no class of the Vector API: on the class path that module is absent unless {@code
 * --add-modules jdk.incubator.vector} is given, and then the reference backend should answer, not an error.
 */
public final class CpuProvider implements BackendProvider {
    private static final String VECTOR = "jdk.incubator.vector";

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public int priority() {
        return 10;
    }

    @Override
    public Availability probe() {
        if (ModuleLayer.boot().findModule(VECTOR).isEmpty()) {
            return new Availability.Unavailable(
                    "the module " + VECTOR + " is not there; start java with --add-modules " + VECTOR);
        }
        Optional<String> complaint = Lanes.complaint(System.getProperty(Lanes.PROPERTY, ""))
                .or(() -> Choice.complaint(System.getProperty(Choice.PROPERTY, "")));
        if (complaint.isPresent()) {
            return new Availability.Unavailable(complaint.get());
        }
        return new Availability.Available(
                List.of(CpuBackend.describe(Runtime.getRuntime().availableProcessors())));
    }

    @Override
    public Backend open(String device, Options options) {
        if (!device.isEmpty() && !device.equals("0")) {
            throw new TensorException("backend cpu has one device; 'cpu:" + device + "' is not there, use 'cpu'");
        }
        Choice choice = Choice.ofUser();
        WarmUp.start(choice);
        return new CpuBackend(options, choice);
    }

    @Override
    public Optional<Examination> examine(Consumer<String> progress) {
        return Optional.of(SelfTest.run(ChoiceFile.ofUser(), progress));
    }
}
