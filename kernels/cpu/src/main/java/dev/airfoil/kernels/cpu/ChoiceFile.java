package dev.airfoil.kernels.cpu;

import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.gemm.Tile;
import dev.airfoil.kernels.cpu.gemm.Tiles;
import dev.airfoil.kernels.cpu.vector.Lanes;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.Version;
import dev.airfoil.tensor.io.AtomicFile;
import dev.airfoil.tensor.io.UserCache;
import java.io.IOException;
import java.io.Reader;
import java.lang.System.Logger.Level;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Where {@code airfoil doctor} keeps the {@link Choice} to start with, if it is not the usual one: a file for each JVM,
 * processor and build of Airfoil.
 *
 * @param folder empty or not there where all is well: such a start looks for nothing else
 */
public record ChoiceFile(Path folder) {
    private static final System.Logger LOG = System.getLogger(ChoiceFile.class.getName());
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final String PRODUCTS = "products";
    private static final String ATTENTION = "attention";
    private static final String AVOIDED = "avoided";

    /** {@code cpu} in the {@link UserCache}. */
    public static ChoiceFile ofUser() {
        return new ChoiceFile(UserCache.folder().resolve("cpu"));
    }

    /** What was kept for this machine. A damaged file is as good as none; a line in the log says so. */
    public Optional<Choice> read() {
        String[] names = folder.toFile().list();
        if (names == null || names.length == 0) {
            return Optional.empty();
        }
        try (Reader in = Files.newBufferedReader(file())) {
            Properties kept = new Properties();
            kept.load(in);
            return Optional.of(parse(kept));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(
                    Level.WARNING,
                    "{0} is damaged ({1}) and not used; airfoil doctor makes it anew",
                    file(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    private static Choice parse(Properties kept) {
        Tile products = one(Choice.find(kept.getProperty(PRODUCTS, ""), Tiles.all(), Tile::name), kept, PRODUCTS);
        Tiles.Attention attention = one(
                Choice.find(kept.getProperty(ATTENTION, ""), Tiles.allForAttention(), Tiles.Attention::name),
                kept,
                ATTENTION);
        Set<Class<? extends Op>> avoided = new HashSet<>();
        for (String name : kept.getProperty(AVOIDED, "").split(" ")) {
            if (!name.isEmpty()) {
                avoided.add(one(Choice.find(name, Kernels.ops(), Class::getSimpleName), kept, AVOIDED));
            }
        }
        return new Choice(new Gemm(products), attention, avoided);
    }

    private static <T> T one(Optional<T> found, Properties kept, String key) {
        return found.orElseThrow(
                () -> new IllegalArgumentException("nothing is called " + key + "=" + kept.getProperty(key, "")));
    }

    /** Keeps {@code choice} for later starts. */
    public void write(Choice choice) {
        List<String> lines = List.of(
                "# Kernels that airfoil doctor found far too slow with this processor and JVM do not run:",
                "# " + choice.differences(),
                PRODUCTS + "=" + choice.gemm().tile().name(),
                ATTENTION + "=" + choice.attention().name(),
                AVOIDED + "=" + choice.avoidedNames());
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new TensorException(
                    "cannot keep what runs in place of slow kernels in " + folder + " (" + e + ")", e);
        }
        AtomicFile.write(file(), (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Goes back to the usual choice. The folder stays: another doctor may be about to write into it. */
    public void delete() {
        try {
            Files.deleteIfExists(file());
        } catch (IOException e) {
            throw new TensorException("cannot delete " + file() + " (" + e + ")", e);
        }
    }

    /** Of this JVM, processor and build. */
    Path file() {
        String machine = String.join(
                "|",
                Version.current(),
                build(Optional.ofNullable(ChoiceFile.class.getProtectionDomain().getCodeSource())),
                Runtime.version().toString(),
                System.getProperty("java.vm.name"),
                System.getProperty("os.arch"),
                Integer.toString(Lanes.F.vectorBitSize()),
                processor());
        return folder.resolve(Integer.toHexString(machine.hashCode()) + ".properties");
    }

    /**
     * Sum of the jar that the kernels come from, since what a snapshot's version stands for changes; empty where they do
     * not come from one.
     */
    static String build(Optional<CodeSource> source) {
        try {
            if (source.isEmpty()) {
                return "";
            }
            Path jar = Path.of(source.get().getLocation().toURI());
            if (!Files.isRegularFile(jar)) {
                return "";
            }
            CRC32C sum = new CRC32C();
            sum.update(Files.readAllBytes(jar));
            return Long.toHexString(sum.getValue());
        } catch (IOException | URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            return ""; // jars within jars, and what else class loaders come up with
        }
    }

    /** As the system calls it; empty where it does not say. */
    private static String processor() {
        try (Stream<String> lines = Files.isReadable(CPU_INFO) ? Files.lines(CPU_INFO) : Stream.of()) {
            return lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .orElseGet(() -> System.getenv().getOrDefault("PROCESSOR_IDENTIFIER", ""));
        } catch (IOException e) {
            return "";
        }
    }
}
