/** Tokenizers and text encoders. */
module dev.airfoil.text {
    requires transitive dev.airfoil.tensor;
    requires transitive dev.airfoil.nn;
    requires tools.jackson.databind;

    exports dev.airfoil.text;
    exports dev.airfoil.text.onnx;
}
