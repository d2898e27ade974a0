/**
 * Weights out of ONNX files, in plain Java: {@link dev.airfoil.text.onnx.OnnxWeights} first, then {@code
 * ProtoReader}, the hundred lines of protobuf that it needs. The graph is read for the names of its nodes only;
 * running it, sparse, quantised and external weights are deliberately absent.
 */
package dev.airfoil.text.onnx;
