/**
 * From a prompt to pictures. {@link dev.airfoil.pipeline.TextToImage} is what an application opens and asks with a
 * {@link dev.airfoil.pipeline.GenerationRequest}; {@link dev.airfoil.pipeline.Painter} is the part of it that training
 * uses too; {@link dev.airfoil.pipeline.ModelFile} is a model on disk.
 *
 * <pre>{@code
 * try (TextToImage model = TextToImage.open()) {
 *     model.generate(GenerationRequest.of("a red apple, Noto style")).getFirst().write(Path.of("apple.png"));
 * }
 * }</pre>
 *
 * <p>Read TextToImage, then Painter. Deliberately absent: training, command-line options, and any image format but PNG.
 */
package dev.airfoil.pipeline;
