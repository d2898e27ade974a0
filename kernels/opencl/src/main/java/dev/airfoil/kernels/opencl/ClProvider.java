package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.TensorException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jocl.CLException;

/**
 * Makes the {@code opencl} backend known. A GPU beats the CPU backend; where OpenCL only offers the CPU itself (PoCL),
 * {@code auto} prefers the CPU backend, which is faster there.
 */
public final class ClProvider implements BackendProvider {
    /** For the service loader. */
    public ClProvider() {}

    @Override
    public String name() {
        return "opencl";
    }

    @Override
    public int priority() {
        return look() instanceof Found.Devices(List<ClDevice> all)
                        && all.getFirst().kind() == ClDevice.Kind.GPU
                ? 20
                : 5;
    }

    @Override
    public Availability probe() {
        return switch (look()) {
            case Found.Devices(List<ClDevice> all) ->
                new Availability.Available(all.stream().map(ClDevice::toString).toList());
            case Found.Nothing(String why) -> new Availability.Unavailable(why);
        };
    }

    /**
     * Opens a device.
     *
     * @param device empty (the first one, GPUs before others), its number in the list of {@link #probe}, or a part of
     *     its name
     */
    @Override
    public Backend open(String device, Options options) {
        return switch (look()) {
            case Found.Devices(List<ClDevice> all) -> open(choose(all, device), options);
            case Found.Nothing(String why) -> throw new TensorException("backend opencl cannot run here: " + why);
        };
    }

    /** A driver may refuse anything: then another backend can answer. */
    private static Backend open(ClDevice device, Options options) {
        try {
            return SignalHandlers.kept(() -> new ClBackend(device, options));
        } catch (CLException e) {
            throw new TensorException("backend opencl cannot use " + device.name() + ": " + e.getMessage(), e);
        }
    }

    static ClDevice choose(List<ClDevice> all, String wanted) {
        if (wanted.isEmpty()) {
            return all.getFirst();
        }
        if (wanted.chars().allMatch(c -> c >= '0' && c <= '9') && wanted.length() < 9) {
            int i = Integer.parseInt(wanted);
            if (i < all.size()) {
                return all.get(i);
            }
        }
        String part = wanted.toLowerCase(Locale.ROOT);
        return all.stream()
                .filter(d -> d.name().toLowerCase(Locale.ROOT).contains(part))
                .findFirst()
                .orElseThrow(() -> new TensorException("opencl:" + wanted + " names no device; there are: "
                        + all.stream().map(ClDevice::name).collect(Collectors.joining(", "))
                        + "; give a number from 0 or a part of a name"));
    }

    private sealed interface Found {
        record Devices(List<ClDevice> all) implements Found {}

        record Nothing(String why) implements Found {}
    }

    /** What was found, looked for once: JOCL's class cannot be initialised twice. */
    private static final class Look {
        static final Found FOUND = found();
    }

    private static Found look() {
        return Look.FOUND;
    }

    private static Found found() {
        try {
            return SignalHandlers.kept(ClProvider::search);
        } catch (IllegalCallerException e) {
            return new Found.Nothing("this JVM forbids native code (" + firstLine(e)
                    + "); start java with --enable-native-access=ALL-UNNAMED, or of Airfoil's modules and jocl");
        } catch (LinkageError | IllegalArgumentException e) {
            return new Found.Nothing("OpenCL could not be loaded (" + firstLine(e)
                    + "); install your GPU's driver and an OpenCL loader under the name libOpenCL.so"
                    + " (Debian: ocl-icd-opencl-dev; a link to libOpenCL.so.1 will do)");
        } catch (TensorException e) {
            return new Found.Nothing(e.getMessage());
        } catch (CLException e) {
            return new Found.Nothing("the OpenCL loader found no working driver (" + e.getMessage()
                    + "); install the driver of your GPU");
        }
    }

    @SuppressWarnings("restricted") // only looks whether the library is there; JOCL would complain on standard error
    private static Found search() {
        try (Arena arena = Arena.ofConfined()) {
            if (System.getProperty("os.name").equals("Linux")) {
                SymbolLookup.libraryLookup("libOpenCL.so", arena);
            }
            JoclLibrary.unpack();
            List<ClDevice> all = ClDevice.all();
            return all.isEmpty()
                    ? new Found.Nothing(
                            "no OpenCL driver here offers a device; install that of your GPU, or if it is PoCL, "
                                    + ClDevice.POCL_CACHE)
                    : new Found.Devices(all);
        }
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage())
                .lines()
                .findFirst()
                .orElse(e.getClass().getSimpleName());
    }
}
