package dev.airfoil.kernels.cpu.selftest;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Options of the JVM that make all vectors slow.
 *
 * @param mode what the JVM says of itself, in {@code java.vm.info}
 * @param given the value of an option that was given on the command line
 */
record JvmOptions(String mode, Function<String, Optional<String>> given) {
    static JvmOptions now() {
        return new JvmOptions(System.getProperty("java.vm.info", ""), JvmOptions::given);
    }

    private static Optional<String> given(String name) {
        try {
            VMOption option = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .getVMOption(name);
            return switch (option.getOrigin()) {
                case DEFAULT, ERGONOMIC -> Optional.empty(); // what the JVM sets, it must
                default -> Optional.of(option.getValue());
            };
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // this JVM has no such option
        }
    }

    /** Whether vector loops are compiled at all: the interpreter and the first compiler make an object of each vector. */
    boolean compileVectors() {
        return !mode.contains("interpreted") && !mode.contains("emulated-client");
    }

    /** A sentence for each option that makes all kernels slow. */
    List<String> complaints() {
        return Stream.of(
                        complaint(
                                !compileVectors(),
                                "the JVM's second compiler is off (" + mode
                                        + "), and vectors are a hundred times slower"
                                        + " without: leave out -Xint, -XX:TieredStopAtLevel and -XX:CompilationMode"),
                        complaint(
                                given.apply("UseAVX").map(Integer::parseInt).orElse(2) < 2,
                                "-XX:UseAVX=" + given.apply("UseAVX").orElse("")
                                        + " was given: vectors are shorter than" + " the processor's, or none"),
                        complaint(
                                given.apply("MaxVectorSize")
                                                .map(Integer::parseInt)
                                                .orElse(32)
                                        < 32,
                                "-XX:MaxVectorSize="
                                        + given.apply("MaxVectorSize").orElse("") + " was given: vectors may"
                                        + " be shorter than the processor's"),
                        complaint(
                                given.apply("UseFMA").equals(Optional.of("false")),
                                "-XX:-UseFMA was given: multiply-adds are computed by big decimals"))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<String> complaint(boolean holds, String sentence) {
        return holds ? Optional.of(sentence) : Optional.empty();
    }
}
