package dev.airfoil.train.data;

import dev.airfoil.tensor.TensorException;

/**
 * One version of a package on the npm registry.
 *
 * @param name with its scope, such as {@code @iconify-json/noto}
 * @param version exact
 * @param integrity the registry's {@code dist.integrity} of that version, as we saw it: {@code sha512-} and base 64
 */
record NpmPackage(String name, String version, String integrity) {
    NpmPackage {
        if (!integrity.startsWith("sha512-")) {
            throw new TensorException(
                    "the integrity of " + name + " must be a sha512, but is \"" + integrity + "\"; pin it again");
        }
    }

    /** The tarball's file name, on the registry and in the cache, such as {@code iconify-json-noto-1.2.9.tgz}. */
    String cacheName() {
        return name.replace("@", "").replace('/', '-') + "-" + version + ".tgz";
    }

    /** The tarball's path below the registry's address. */
    String path() {
        return name + "/-/" + name.substring(name.indexOf('/') + 1) + "-" + version + ".tgz";
    }

    @Override
    public String toString() {
        return name + " " + version;
    }
}
