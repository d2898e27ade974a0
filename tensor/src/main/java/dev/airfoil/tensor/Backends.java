package dev.airfoil.tensor;

import dev.airfoil.tensor.BackendProvider.Availability;
import dev.airfoil.tensor.BackendProvider.Options;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Finds the backends that are present and opens one by name. */
public final class Backends {
    private static final System.Logger LOG = System.getLogger(Backends.class.getName());

    private Backends() {}

    /** The backends on the module or class path, fastest first, with whether each can run here. */
    public static Map<BackendProvider, Availability> present() {
        Map<BackendProvider, Availability> found = new LinkedHashMap<>();
        fastestFirst().forEach(p -> found.put(p, p.probe()));
        return found;
    }

    /** The fastest backend that can run here; why a faster one stepped aside is logged. */
    public static Backend open() {
        return open("auto", Options.DEFAULT);
    }

    /**
     * Opens a backend. One that is named is the only one that is looked at: no other's driver is loaded.
     *
     * @param choice {@code auto}, a name ({@code cpu}), or a name with a device ({@code opencl:1})
     * @throws TensorException if there is no such backend or it cannot run here
     */
    public static Backend open(String choice, Options options) {
        Objects.requireNonNull(choice, "choice");
        Objects.requireNonNull(options, "options");
        if (choice.equals("auto")) {
            return auto(options);
        }
        int colon = choice.indexOf(':');
        String name = colon < 0 ? choice : choice.substring(0, colon);
        String device = colon < 0 ? "" : choice.substring(colon + 1);
        List<BackendProvider> all = providers();
        for (BackendProvider p : all) {
            if (p.name().equals(name)) {
                return switch (p.probe()) {
                    case Availability.Available _ -> p.open(device, options);
                    case Availability.Unavailable(String reason) ->
                        throw new TensorException("backend " + name + " cannot run here: " + reason);
                };
            }
        }
        throw new TensorException("there is no backend '" + name + "'; present: auto, "
                + all.stream().map(BackendProvider::name).sorted().collect(Collectors.joining(", ")));
    }

    private static Backend auto(Options options) {
        for (BackendProvider p : fastestFirst()) {
            switch (p.probe()) {
                case Availability.Available _ -> {
                    try {
                        Backend backend = p.open("", options);
                        LOG.log(System.Logger.Level.DEBUG, "backend {0}: {1}", p.name(), backend.description());
                        return backend;
                    } catch (TensorException e) {
                        LOG.log(System.Logger.Level.WARNING, "backend {0} steps aside: {1}", p.name(), e.getMessage());
                    }
                }
                case Availability.Unavailable(String reason) ->
                    LOG.log(System.Logger.Level.INFO, "backend {0} steps aside: {1}", p.name(), reason);
            }
        }
        throw new TensorException("no backend can run here, not even the reference backend: "
                + "is the module dev.airfoil.tensor complete?");
    }

    private static List<BackendProvider> fastestFirst() {
        return providers().stream()
                .sorted(Comparator.comparingInt(BackendProvider::priority).reversed())
                .toList();
    }

    /** All, asked nothing yet: an answer may take a driver that is loaded first. */
    private static List<BackendProvider> providers() {
        List<BackendProvider> all = new ArrayList<>();
        var providers = ServiceLoader.load(BackendProvider.class).stream().iterator();
        while (true) {
            try {
                if (!providers.hasNext()) {
                    break;
                }
                all.add(providers.next().get());
            } catch (ServiceConfigurationError | LinkageError e) {
                LOG.log(System.Logger.Level.WARNING, "a backend could not be loaded: {0}", e.getMessage());
            }
        }
        return all;
    }
}
