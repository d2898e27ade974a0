package dev.airfoil.bench.table;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A virtual machine of its own, started as this one was, for what must begin cold or have its memory to itself. */
final class Child {
    private Child() {}

    /** For the child: ends it when its parent ends, however that comes about; their pipe is broken then. */
    static void endWithParent() {
        Thread.ofPlatform().daemon().name("parent").start(() -> {
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException _) {
                // broken too
            }
            System.exit(1);
        });
    }

    /** Runs a main class that prints one number at the end. */
    static double number(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String last = "";
            try (BufferedReader out = process.inputReader()) {
                for (String line : out.lines().toList()) {
                    last = line;
                }
            }
            int code = process.waitFor();
            if (code != 0) {
                throw new IllegalStateException(
                        main.getSimpleName() + " " + String.join(" ", arguments) + " ended with code " + code);
            }
            return Double.parseDouble(last);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(main.getSimpleName() + " was interrupted", e);
        }
    }
}
