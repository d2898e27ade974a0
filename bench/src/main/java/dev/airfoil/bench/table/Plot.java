package dev.airfoil.bench.table;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The table as a picture: how many times faster than PyTorch, or, without it, what share of the limit is reached. */
final class Plot {
    private static final int HEIGHT = 800;
    private static final int MARGIN = 300;
    private static final int BAR = 40;

    private Plot() {}

    /** A PNG file. */
    static byte[] png(Collection<Row> rows) {
        boolean peer = rows.stream().anyMatch(r -> r.ratio().isPresent());
        List<Row> shown = rows.stream()
                .filter(r -> peer ? r.ratio().isPresent() : r.ofLimit().isPresent())
                .toList();
        Set<String> names = new LinkedHashSet<>();
        Set<Integer> threads = new TreeSet<>();
        for (Row row : shown) {
            names.add(row.name());
            threads.add(row.threads());
        }
        CategoryChart chart = new CategoryChartBuilder()
                .width(MARGIN + BAR * Math.max(names.size(), 1))
                .height(HEIGHT)
                .theme(ChartTheme.GGPlot2)
                .title(peer ? "Airfoil's speed as a multiple of PyTorch's" : "Share of the machine's limit")
                .build();
        chart.getStyler().setXAxisLabelRotation(90).setLegendPosition(LegendPosition.InsideNE);
        for (int count : threads) {
            List<Double> values = new ArrayList<>();
            for (String name : names) {
                values.add(shown.stream()
                        .filter(r -> r.threads() == count && r.name().equals(name))
                        .mapToDouble(r ->
                                peer ? r.ratio().orElseThrow() : r.ofLimit().orElseThrow())
                        .findFirst()
                        .orElse(0));
            }
            chart.addSeries(count + (count == 1 ? " thread" : " threads"), List.copyOf(names), values);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory can always be written", e);
        }
        return out.toByteArray();
    }
}
