package dev.airfoil.text;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.Reason;
import dev.airfoil.tensor.io.Safetensors;
import dev.airfoil.tensor.io.SafetensorsFile;
import dev.airfoil.tensor.io.UserCache;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps converted weights, so that converting is done once a machine: afterwards a file is mapped, not read.
 *
 * @param folder where the files lie; made when it is first needed
 */
record WeightCache(Path folder) {
    private static final System.Logger LOG = System.getLogger(WeightCache.class.getName());

    /** The user's. */
    static WeightCache ofUser() {
        return new WeightCache(UserCache.folder());
    }

    /**
     * Opens {@code name}, and makes it first if it is not there or damaged. Where the folder cannot be written, the
     * weights lie in a temporary file until the program ends, and a line in the log says so.
     *
     * @param maker writes the weights to the path given
     */
    SafetensorsFile open(String name, Consumer<Path> maker) {
        // Two threads that write one file would be in each other's way. Two processes are not: each writes its own.
        synchronized (WeightCache.class) {
            Path file = folder.resolve(name);
            Optional<SafetensorsFile> kept = kept(file);
            if (kept.isPresent()) {
                return kept.get();
            }
            LOG.log(Level.INFO, "Preparing {0}, once: the next start maps it", file);
            try {
                makeFolder();
                maker.accept(file);
                return Safetensors.open(file);
            } catch (TensorException e) {
                LOG.log(
                        Level.WARNING,
                        "{0} cannot be kept: {1}; every start will prepare it anew",
                        file,
                        e.getMessage());
                return temporary(name, maker);
            }
        }
    }

    private void makeFolder() {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new TensorException("cannot make the folder " + folder + " (" + Reason.andPlace(e) + ")", e);
        }
    }

    private static Optional<SafetensorsFile> kept(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Safetensors.open(file));
        } catch (TensorException e) {
            LOG.log(Level.WARNING, "{0}; making it anew", e.getMessage());
            return Optional.empty();
        }
    }

    private static SafetensorsFile temporary(String name, Consumer<Path> maker) {
        try {
            Path file = Files.createTempDirectory("airfoil").resolve(name);
            file.getParent().toFile().deleteOnExit();
            file.toFile().deleteOnExit(); // deleted in reverse order: the file, then its folder
            maker.accept(file);
            return Safetensors.open(file);
        } catch (IOException e) {
            throw new TensorException(
                    "there is no place to prepare the weights " + name + ": neither the user's cache"
                            + " nor the temporary folder can be written (" + Reason.andPlace(e)
                            + "); set XDG_CACHE_HOME to a folder that can",
                    e);
        }
    }
}
