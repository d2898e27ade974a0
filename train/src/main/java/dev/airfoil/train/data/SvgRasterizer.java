package dev.airfoil.train.data;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.view.ViewBox;
import java.awt.Color;
import java.awt.Component;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Draws SVG on white, as RGB. The picture is drawn {@value #OVERSAMPLING} times larger with antialiasing and then
 * averaged by {@link Pixels}: thin strokes and blurs come out smoother than antialiasing at the final size.
 */
final class SvgRasterizer {
    private static final int OVERSAMPLING = 4;

    private SvgRasterizer() {}

    /**
     * The document fitted into a square and centred, {@code [size size 3]}.
     *
     * @throws IOException where the text is not an SVG document that can be drawn
     */
    static byte[] draw(String svg, int size) throws IOException {
        var in = new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8));
        SvgLog.clear();
        SVGDocument document = new SVGLoader().load(in, null, LoaderContext.createDefault());
        if (document == null) {
            throw new IOException("not an SVG document: " + SvgLog.last());
        }
        int large = size * OVERSAMPLING;
        BufferedImage image = new BufferedImage(large, large, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, large, large);
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            document.render((Component) null, graphics, new ViewBox(0, 0, large, large));
        } catch (RuntimeException e) {
            throw new IOException("cannot be drawn: " + e, e);
        } finally {
            graphics.dispose();
        }
        return Pixels.fit(image, size);
    }
}
