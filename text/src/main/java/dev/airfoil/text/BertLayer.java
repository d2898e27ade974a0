package dev.airfoil.text;

import dev.airfoil.nn.LayerNorm;
import dev.airfoil.nn.Linear;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.tensor.ops.Attention;
import java.util.Optional;

/** One layer of BERT: {@code y = LN(x + attention(x))}, then {@code LN(y + MLP(y))}. */
record BertLayer(
        int heads,
        Activation.Fn activation,
        Linear query,
        Linear key,
        Linear value,
        Linear merge,
        LayerNorm attentionNorm,
        Linear up,
        Linear down,
        LayerNorm mlpNorm) {
    static BertLayer of(BertConfig config, Params params) {
        int d = config.width();
        double eps = config.layerNormEps();
        Params self = params.in("attention").in("self");
        Params output = params.in("attention").in("output");
        return new BertLayer(
                config.heads(),
                config.activation(),
                Linear.of(self.in("query"), d, d),
                Linear.of(self.in("key"), d, d),
                Linear.of(self.in("value"), d, d),
                Linear.of(output.in("dense"), d, d),
                LayerNorm.of(output.in("LayerNorm"), d, eps),
                Linear.of(params.in("intermediate").in("dense"), d, config.hidden()),
                Linear.of(params.in("output").in("dense"), config.hidden(), d),
                LayerNorm.of(params.in("output").in("LayerNorm"), d, eps));
    }

    /**
     * @param x {@code [b n d]}
     * @param mask {@code [b n]}, I32: 1 for a token that may be attended to
     */
    Tensor forward(Tensor x, Tensor mask) {
        Attention attention = Attention.ofHeadWidth(x.dim(2) / heads);
        Tensor mixed = F.attention(
                split(query.forward(x)), split(key.forward(x)), split(value.forward(x)), Optional.of(mask), attention);
        Tensor merged = mixed.reshape(x.dim(0), x.dim(1), x.dim(2));
        Tensor y = attentionNorm.forward(x.add(merge.forward(merged)));
        return mlpNorm.forward(y.add(down.forward(up.forward(y, activation))));
    }

    /** {@code [b n d]} to {@code [b h n e]}. */
    private Tensor split(Tensor x) {
        return x.reshape(x.dim(0), x.dim(1), heads, x.dim(2) / heads).permute(0, 2, 1, 3);
    }
}
