package dev.airfoil.cli.check;

import dev.airfoil.nn.ParameterSource;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.text.BertConfig;
import dev.airfoil.text.BertEncoder;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A BERT encoder with Hugging Face's configuration and names: {@code out.hidden.i}, and the last as {@code out.main}.
 */
record BertKind() implements CaseKind {
    private static final Pattern HIDDEN = Pattern.compile("hidden\\.(\\d+)");

    @Override
    public String name() {
        return "bert";
    }

    @Override
    public void run(GoldenCase golden, Comparison comparison) {
        BertConfig config = config(golden);
        Inputs in = golden.inputs();
        try (Scope owner = Scope.open("model")) {
            Params params = Params.load(owner, ParameterSource.of(golden.file(), "param."));
            BertEncoder encoder = new BertEncoder(config, params);
            Tensor ids = in.get("ids");
            List<Tensor> states =
                    encoder.forward(ids, in.mask("mask").orElseGet(() -> ones(ids)), in.optional("token_type_ids"));
            in.requireAllUsed("BERT");
            golden.outputs().forEach(output -> golden.compare(output, state(output, states), comparison));
        }
    }

    private static BertConfig config(GoldenCase golden) {
        try {
            return BertConfig.parse(golden.config().toString());
        } catch (TensorException e) {
            throw new SkippedException(e.getMessage());
        }
    }

    private static Tensor state(String output, List<Tensor> states) {
        Matcher hidden = HIDDEN.matcher(output);
        if (output.equals("main")) {
            return states.getLast();
        }
        if (hidden.matches() && Integer.parseInt(hidden.group(1)) < states.size()) {
            return states.get(Integer.parseInt(hidden.group(1)));
        }
        throw new SkippedException("Airfoil's BERT has no output '" + output + "'");
    }

    private static Tensor ones(Tensor ids) {
        int[] ones = new int[Math.toIntExact(ids.size())];
        Arrays.fill(ones, 1);
        return Tensor.of(ones, ids.shape().toArray());
    }
}
