package dev.airfoil.tests;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the arrows between the modules, as the compiled classes draw them. */
class ArchitectureTest {
    /**
     * Each module and those that it may name; what they may name, it may name too. No arrow leads to a kernel: kernels
     * are found at run time.
     */
    private static final Map<String, List<String>> ARROWS = Map.ofEntries(
            entry("tensor", List.of()),
            entry("kernels/cpu", List.of("tensor")),
            entry("kernels/opencl", List.of("tensor")),
            entry("autograd", List.of("tensor")),
            entry("nn", List.of("tensor")),
            entry("dit", List.of("nn")),
            entry("text", List.of("nn")),
            entry("samplers", List.of("tensor")),
            entry("pipeline", List.of("dit", "text", "samplers")),
            entry("train", List.of("autograd", "pipeline")),
            entry("cli", List.of("pipeline", "train")));

    /** These may name everything. */
    private static final Set<String> UNBOUND = Set.of("bench", "tests");

    private static final JavaClasses CLASSES =
            new ClassFileImporter(List.of(new ImportOption.DoNotIncludeTests())).importPackages("dev.airfoil");

    @Test
    void everyModuleHasItsArrows() throws IOException {
        String pom = Files.readString(Sources.ROOT.resolve("pom.xml"));
        List<String> modules = Pattern.compile("<module>(.+?)</module>")
                .matcher(pom)
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(modules)
                .containsExactlyInAnyOrderElementsOf(Stream.concat(ARROWS.keySet().stream(), UNBOUND.stream())
                        .toList());
    }

    /** A module whose folder holds sources but whose classes are not found here fails too. */
    @ParameterizedTest
    @MethodSource("modulesWithSources")
    void namesOnlyWhatItMay(String module) {
        Set<String> allowed = new TreeSet<>();
        collect(module, allowed);

        noClasses()
                .that()
                .resideInAPackage(packages(module))
                .should()
                .dependOnClassesThat(resideInAPackage("dev.airfoil..")
                        .and(not(resideInAnyPackage(
                                allowed.stream().map(ArchitectureTest::packages).toArray(String[]::new)))))
                .because(module + " may name only " + allowed)
                .check(CLASSES);
    }

    @Test
    void tensorNeedsNothingButTheJdk() {
        classes()
                .that()
                .resideInAPackage(packages("tensor"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(packages("tensor"), "java..", "com.sun.management..")
                .check(CLASSES);
    }

    static Set<String> modulesWithSources() throws IOException {
        Set<String> modules = new TreeSet<>();
        for (String module : ARROWS.keySet()) {
            if (!Sources.under(module + "/src/main/java").isEmpty()) {
                modules.add(module);
            }
        }
        return modules;
    }

    private static void collect(String module, Set<String> allowed) {
        if (allowed.add(module)) {
            ARROWS.get(module).forEach(next -> collect(next, allowed));
        }
    }

    private static String packages(String module) {
        return "dev.airfoil." + module.replace('/', '.') + "..";
    }
}
