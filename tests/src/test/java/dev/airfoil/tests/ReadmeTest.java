package dev.airfoil.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the Java of README.md as it stands there, each example in a virtual machine of its own. */
class ReadmeTest {
    /** What the artifact airfoil-pipeline brings, by the names of jars or of the modules' folders. */
    private static final Pattern EMBEDDED =
            Pattern.compile(".*/(airfoil-)?(tensor|kernels[-/](cpu|opencl)|nn|dit|text|samplers|pipeline)"
                    + "(-[^/]*\\.jar|/target/classes)|.*/(jackson-|pngj-|jocl-|langchain4j-embeddings-)[^/]*\\.jar");

    @TempDir
    private Path folder;

    @Test
    void picturesFromTheClassPath() throws IOException, InterruptedException {
        paints(List.of("--add-modules", "jdk.incubator.vector", "-cp", embedded()));
    }

    @Test
    void picturesFromTheModulePath() throws IOException, InterruptedException {
        String modules = "dev.airfoil.pipeline,langchain4j.embeddings.e5.small.v2";
        assertThat(Files.readString(Sources.ROOT.resolve("README.md"))).contains("--add-modules " + modules);
        paints(List.of("--module-path", embedded(), "--add-modules", modules));
    }

    @Test
    void theEngineAlone() throws IOException, InterruptedException {
        String program = """
            import dev.airfoil.autograd.*;
            import dev.airfoil.tensor.*;
            import dev.airfoil.tensor.BackendProvider.Options;

            void main() {
            %s}
            """.formatted(examples().get(1));
        String said = run(
                List.of("--add-modules", "jdk.incubator.vector", "-cp", System.getProperty("java.class.path")),
                program);
        assertThat(said).containsPattern("(?m)^\\d+\\.\\d+ .+");
    }

    /** As JVMs to come will be unless they are told otherwise. */
    @Test
    void theEngineWhereNativeCodeIsForbidden() throws IOException, InterruptedException {
        String program = """
            void main() {
                System.out.println(dev.airfoil.tensor.Backends.present().values());
            }
            """;
        String path = System.getProperty("java.class.path");
        String said = run(
                List.of("--illegal-native-access=deny", "--add-modules", "jdk.incubator.vector", "-cp", path), program);
        assertThat(said).contains("Vector API").contains("this JVM forbids native code");
    }

    private void paints(List<String> options) throws IOException, InterruptedException {
        String example = examples().getFirst();
        String quick = example.replace(".withSeed(7)", ".withSeed(7).withSteps(2)");
        assertThat(quick).isNotEqualTo(example);
        assertThat(run(options, quick)).doesNotContain("steps aside");
        for (int seed : new int[] {7, 8}) {
            assertThat(ImageIO.read(folder.resolve("apple-" + seed + ".png").toFile())
                            .getWidth())
                    .isEqualTo(32);
        }
    }

    /** The blocks of Java, in their order. */
    private static List<String> examples() throws IOException {
        return Pattern.compile("^```java\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(Files.readString(Sources.ROOT.resolve("README.md")))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    private static String embedded() {
        return String.join(
                File.pathSeparator,
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(EMBEDDED.asMatchPredicate())
                        .toList());
    }

    /** What {@code program} says, which must end well. */
    private String run(List<String> options, String program) throws IOException, InterruptedException {
        Path source = Files.writeString(folder.resolve("Example.java"), program);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add(source.toString());
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
