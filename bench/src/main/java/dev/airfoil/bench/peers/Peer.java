package dev.airfoil.bench.peers;

import java.util.Optional;
import java.util.function.Supplier;

/** A peer that may not be on this machine. */
public sealed interface Peer<T> {
    /** It is here. */
    record Present<T>(T peer) implements Peer<T> {}

    /** It is not, for this reason. */
    record Absent<T>(String reason) implements Peer<T> {}

    /** The peer, if it is here. */
    default Optional<T> found() {
        return switch (this) {
            case Present<T>(T peer) -> Optional.of(peer);
            case Absent<T> _ -> Optional.empty();
        };
    }

    /** Opens a peer whose native library is the class path resource {@code library}. */
    static <T> Peer<T> open(String name, String library, Supplier<T> constructor) {
        if (ClassLoader.getSystemResource(library) == null) {
            return new Absent<>(name + " is not measured: its native library is not on the class path (Maven profile"
                    + " peers, Linux on x86-64 only)");
        }
        try {
            return new Present<>(constructor.get());
        } catch (LinkageError | RuntimeException e) {
            return new Absent<>(name + " is not measured: it could not be started (" + e.getMessage() + ")");
        }
    }
}
