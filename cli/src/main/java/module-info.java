/** The command line. */
module dev.airfoil.cli {
    requires dev.airfoil.autograd;
    requires dev.airfoil.pipeline;
    requires dev.airfoil.train;
    requires info.picocli;
    requires jdk.management;
    requires tools.jackson.databind;

    uses dev.airfoil.cli.Benchmarks;

    opens dev.airfoil.cli to
            info.picocli;
}
