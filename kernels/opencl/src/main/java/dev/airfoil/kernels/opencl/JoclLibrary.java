package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.AtomicFile;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jocl.CL;
import org.jocl.LibUtils;

/**
 * JOCL's native library, put where JOCL loads it from. JOCL itself writes it there bit by bit, and takes what it finds: of
 * two programs that start at once one may load half a library, which ends its virtual machine (SIGBUS, seen), and half of
 * one that a killed program left would be every later program's. Here the whole file is moved into place.
 */
final class JoclLibrary {
    /** As JOCL names it, which follows its version. */
    private static final String NAME = "JOCL_2_0_5";

    private JoclLibrary() {}

    /**
     * To be called before the first use of JOCL.
     *
     * @throws TensorException if another file is in its place and cannot be replaced
     */
    static void unpack() {
        String file = LibUtils.createLibraryFileName(LibUtils.createPlatformLibraryName(NAME));
        if (!isOnPath(file, System.getProperty("java.library.path", ""))) {
            unpack(file, Path.of(System.getProperty("java.io.tmpdir")));
        }
    }

    /** Whether one of the folders holds the file: there JOCL looks first. */
    static boolean isOnPath(String file, String folders) {
        return Stream.of(folders.split(File.pathSeparator))
                .anyMatch(folder -> Files.isRegularFile(Path.of(folder, file)));
    }

    static void unpack(String file, Path folder) {
        try (InputStream in = CL.class.getResourceAsStream("/lib/" + file)) {
            if (in == null) {
                return; // JOCL says that there is none for this system
            }
            byte[] library = in.readAllBytes();
            Path target = folder.resolve(file);
            if (!Files.isRegularFile(target) || !Arrays.equals(Files.readAllBytes(target), library)) {
                AtomicFile.write(target, library);
            }
        } catch (IOException e) {
            throw new TensorException("JOCL's native library cannot be unpacked into " + folder + ": " + e, e);
        }
    }
}
