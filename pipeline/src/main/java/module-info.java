/** From a prompt to pictures: the one artifact to embed. */
module dev.airfoil.pipeline {
    requires transitive dev.airfoil.dit;
    requires transitive dev.airfoil.samplers;
    requires transitive dev.airfoil.text;
    requires transitive java.desktop;
    requires pngj;
    requires tools.jackson.databind;

    exports dev.airfoil.pipeline;
}
