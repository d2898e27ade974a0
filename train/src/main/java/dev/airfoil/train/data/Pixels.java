package dev.airfoil.train.data;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;

/**
 * Crops and resizes. Sizes change by area averaging of the stored (gamma) values, as browsers and image editors do:
 * averaging linear light is right for optics but washes dark outlines out of small pictures, and outlines are what
 * emoji are made of.
 */
final class Pixels {
    private Pixels() {}

    /** The centred square of an image, transparent parts on white, resized: RGB bytes {@code [size size 3]}. */
    static byte[] fit(BufferedImage image, int size) {
        int side = Math.min(image.getWidth(), image.getHeight());
        int left = (image.getWidth() - side) / 2;
        int top = (image.getHeight() - side) / 2;
        int[] rgb = onWhite(image).getRGB(left, top, side, side, new int[side * side], 0, side);
        byte[] out = new byte[size * size * 3];
        double scale = (double) side / size;
        double[] sum = new double[3];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                average(rgb, side, x * scale, y * scale, scale, sum);
                for (int c = 0; c < 3; c++) {
                    out[(y * size + x) * 3 + c] = (byte) Math.round(sum[c]);
                }
            }
        }
        return out;
    }

    /** The mean colour of a square with side {@code scale} at (x0, y0), each pixel weighted by the area covered. */
    private static void average(int[] rgb, int side, double x0, double y0, double scale, double[] mean) {
        double red = 0;
        double green = 0;
        double blue = 0;
        double area = 0;
        int lastY = Math.min(side - 1, (int) Math.ceil(y0 + scale) - 1);
        int lastX = Math.min(side - 1, (int) Math.ceil(x0 + scale) - 1);
        for (int y = (int) y0; y <= lastY; y++) {
            double high = Math.min(y + 1, y0 + scale) - Math.max(y, y0);
            for (int x = (int) x0; x <= lastX; x++) {
                double weight = high * (Math.min(x + 1, x0 + scale) - Math.max(x, x0));
                int pixel = rgb[y * side + x];
                red += weight * (pixel >> 16 & 0xff);
                green += weight * (pixel >> 8 & 0xff);
                blue += weight * (pixel & 0xff);
                area += weight;
            }
        }
        mean[0] = red / area;
        mean[1] = green / area;
        mean[2] = blue / area;
    }

    private static BufferedImage onWhite(BufferedImage image) {
        if (image.getType() == BufferedImage.TYPE_INT_RGB) {
            return image;
        }
        BufferedImage opaque = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = opaque.createGraphics();
        graphics.drawImage(image, 0, 0, Color.WHITE, null);
        graphics.dispose();
        return opaque;
    }
}
