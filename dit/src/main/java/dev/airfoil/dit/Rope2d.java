package dev.airfoil.dit;

import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import java.util.LinkedHashMap;

/**
 * Rotary position embedding in two dimensions: the pairs in the first half of a head turn with the row of the token, those
 * in the second half with its column, pair i of a half by the angle {@code position * 10000^(-i / (e/4))}. Text tokens
 * are not turned. Tables are computed in double; those of the last few sizes are kept.
 */
public final class Rope2d {
    private static final double THETA = 10000;

    /** Tables at most: prompts have many lengths. */
    private static final int KEPT = 8;

    private final int headDim;
    private final Scope owner;
    private final LinkedHashMap<Size, Table> tables = new LinkedHashMap<>(KEPT, 0.75f, true);

    private record Size(int text, int rows, int columns) {}

    /** Cosines and sines {@code [n e/2]} for n = text + rows * columns tokens. */
    public record Table(Tensor cos, Tensor sin) {}

    /**
     * @param headDim e, the width of a head
     * @param owner the scope that keeps the tables
     */
    public Rope2d(int headDim, Scope owner) {
        this.headDim = headDim;
        this.owner = owner;
    }

    /**
     * The angles of {@code text} tokens that are not turned, then of {@code rows * columns} that are, row by row; good
     * until tables of as many other sizes have been asked for as are kept.
     */
    public synchronized Table table(int text, int rows, int columns) {
        Table table = tables.computeIfAbsent(new Size(text, rows, columns), size -> owner.call(() -> compute(size)));
        if (tables.size() > KEPT) {
            Table oldest = tables.pollFirstEntry().getValue();
            Scope.release(oldest.cos());
            Scope.release(oldest.sin());
        }
        return table;
    }

    private Table compute(Size size) {
        int pairs = headDim / 2;
        int quarter = headDim / 4;
        int n = size.text + size.rows * size.columns;
        float[] cos = new float[n * pairs];
        float[] sin = new float[n * pairs];
        for (int token = 0; token < n; token++) {
            int at = token - size.text;
            for (int i = 0; i < pairs; i++) {
                int position = at < 0 ? 0 : i < quarter ? at / size.columns : at % size.columns;
                double angle = position / Math.pow(THETA, (double) (i % quarter) / quarter);
                cos[token * pairs + i] = (float) Math.cos(angle);
                sin[token * pairs + i] = (float) Math.sin(angle);
            }
        }
        return new Table(Tensor.of(cos, n, pairs), Tensor.of(sin, n, pairs));
    }
}
