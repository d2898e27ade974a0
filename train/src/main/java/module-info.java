/** Optimizers, data, flow matching, checkpoints. */
module dev.airfoil.train {
    requires transitive dev.airfoil.autograd;
    requires transitive dev.airfoil.pipeline;
    requires com.github.weisj.jsvg;
    requires java.desktop;
    requires java.logging;
    requires java.net.http;
    requires tools.jackson.databind;

    exports dev.airfoil.train;
    exports dev.airfoil.train.data;
}
