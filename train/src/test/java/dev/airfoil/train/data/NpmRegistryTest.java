package dev.airfoil.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.TensorException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server in this process; the network is not touched. */
class NpmRegistryTest {
    private static final URI NOBODY = URI.create("http://127.0.0.1:9/");

    @TempDir
    private Path folder;

    private static byte[] tarball() throws IOException {
        byte[] file = TarReaderTest.file("package/en/data.json", "[1]".getBytes(StandardCharsets.UTF_8), '0');
        return TarReaderTest.gzip(TarReaderTest.join(file, TarReaderTest.end()));
    }

    private static NpmPackage pinned(byte[] bytes) {
        return new NpmPackage("@some/art", "1.2.3", NpmRegistry.integrity(bytes));
    }

    @Test
    void downloadsOnceAndThenReadsTheCache() throws IOException {
        NpmPackage art = pinned(tarball());
        try (Server server = new Server(tarball())) {
            NpmRegistry registry = new NpmRegistry(server.address(), folder.resolve("cache"));

            assertThat(registry.read(art, Set.of("en/data.json")).get("en/data.json"))
                    .asString()
                    .isEqualTo("[1]");
            registry.fetch(art);

            assertThat(server.asked).containsExactly("GET /@some/art/-/art-1.2.3.tgz HTTP/1.1");
        }
        assertThat(folder.resolve("cache").toFile().list()).containsExactly("some-art-1.2.3.tgz");
    }

    @Test
    void aDamagedFileInTheCacheIsFetchedAgain() throws IOException {
        NpmPackage art = pinned(tarball());
        Path kept = Files.createDirectories(folder.resolve("cache")).resolve(art.cacheName());
        Files.writeString(kept, "half");
        try (Server server = new Server(tarball())) {
            new NpmRegistry(server.address(), folder.resolve("cache")).fetch(art);
        }
        assertThat(kept).hasBinaryContent(tarball());
    }

    @Test
    void otherBytesThanPinnedAreRefusedAndNotKept() throws IOException {
        NpmPackage art = pinned(tarball());
        try (Server server = new Server("something else".getBytes(StandardCharsets.UTF_8))) {
            NpmRegistry registry = new NpmRegistry(server.address(), folder.resolve("cache"));

            assertThatThrownBy(() -> registry.fetch(art))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContaining("other bytes");
        }
        assertThat(folder.resolve("cache")).isEmptyDirectory();
    }

    @Test
    void withoutNetworkASentenceSaysWhereToPutTheFile() throws IOException {
        NpmPackage art = pinned(tarball());
        NpmRegistry registry = new NpmRegistry(NOBODY, folder.resolve("cache"));

        assertThatThrownBy(() -> registry.fetch(art))
                .isInstanceOf(TensorException.class)
                .hasMessageStartingWith("cannot download @some/art 1.2.3 from http://127.0.0.1:9/")
                .hasMessageEndingWith("check the network, or put the file at "
                        + folder.resolve("cache/some-art-1.2.3.tgz") + " and run again");

        Files.write(folder.resolve("cache/some-art-1.2.3.tgz"), tarball());
        assertThat(registry.fetch(art)).exists();
    }

    @Test
    void aMissingFileOfThePackageIsNamed() throws IOException {
        NpmPackage art = pinned(tarball());
        Files.write(Files.createDirectories(folder.resolve("cache")).resolve(art.cacheName()), tarball());

        assertThatThrownBy(() -> new NpmRegistry(NOBODY, folder.resolve("cache")).read(art, Set.of("icons.json")))
                .isInstanceOf(TensorException.class)
                .hasMessage("the package @some/art 1.2.3 holds no icons.json, which Airfoil needs");
    }

    @Test
    void theRegistryIsChosenAsNpmChoosesIt() throws IOException {
        Path npmrc = Files.writeString(folder.resolve("npmrc"), "fund=false\nregistry = https://in.npmrc/\n");
        Path none = folder.resolve("none");

        assertThat(NpmRegistry.address(Map.of("npm_config_registry", "https://in.env/"), npmrc))
                .isEqualTo(URI.create("https://in.env/"));
        assertThat(NpmRegistry.address(Map.of(), npmrc)).isEqualTo(URI.create("https://in.npmrc/"));
        assertThat(NpmRegistry.address(Map.of(), none)).isEqualTo(URI.create("https://registry.npmjs.org/"));
        assertThatThrownBy(() -> NpmRegistry.address(Map.of("npm_config_registry", "not a url"), none))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("\"not a url\" is no web address");
    }

    /** Answers every request with the same bytes. */
    private static final class Server implements AutoCloseable {
        final List<String> asked = new CopyOnWriteArrayList<>();
        private final ServerSocket socket = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        private final byte[] body;
        private final Thread thread;

        Server(byte[] body) throws IOException {
            this.body = body;
            this.thread = Thread.ofVirtual().start(this::serve);
        }

        URI address() {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }

        private void serve() {
            while (true) {
                try (Socket client = socket.accept()) {
                    asked.add(request(client.getInputStream()));
                    String head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n\r\n";
                    client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                    client.getOutputStream().write(body);
                } catch (SocketException e) {
                    // Closed: the test is over.
                    return;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        private static String request(InputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
            return head.substring(0, head.indexOf("\r\n"));
        }

        @Override
        public void close() throws IOException {
            socket.close();
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }
}
