package dev.airfoil.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.ops.Activation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BertConfigTest {
    @Test
    void whatIsAbsentHasTheDefaultsOfBertBase() {
        assertThat(BertConfig.parse("{}"))
                .isEqualTo(new BertConfig(30522, 768, 12, 12, 3072, Activation.Fn.GELU, 512, 2, 1e-12));
    }

    @Test
    void everyKeyIsRead() {
        BertConfig config = BertConfig.parse("""
                {"model_type": "bert", "vocab_size": 7, "hidden_size": 12, "num_hidden_layers": 0,
                 "num_attention_heads": 3, "intermediate_size": 5, "hidden_act": "relu", "type_vocab_size": 1,
                 "max_position_embeddings": 9, "layer_norm_eps": 1e-05, "position_embedding_type": "absolute",
                 "classifier_dropout": null, "unknown": [1]}
                """);
        assertThat(config).isEqualTo(new BertConfig(7, 12, 0, 3, 5, Activation.Fn.RELU, 9, 1, 1e-5));
    }

    @ParameterizedTest
    @CsvSource({
        "gelu, GELU",
        "gelu_python, GELU",
        "gelu_new, GELU_TANH",
        "gelu_accurate, GELU_TANH",
        "gelu_python_tanh, GELU_TANH",
        "gelu_fast, GELU_TANH",
        "gelu_pytorch_tanh, GELU_TANH",
        "quick_gelu, QUICK_GELU",
        "relu, RELU",
        "silu, SILU",
        "swish, SILU",
        "linear, NONE"
    })
    void activationsHaveHuggingFacesNames(String name, Activation.Fn fn) {
        assertThat(BertConfig.parse("{\"hidden_act\": \"" + name + "\"}").activation())
                .isEqualTo(fn);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ | is not JSON",
                "3 | is not a JSON object",
                "{\"hidden_act\": \"mish\"} | hidden_act = \"mish\" where one of [gelu, gelu_accurate,",
                "{\"model_type\": \"roberta\"} | model_type = \"roberta\" where \"bert\" can be read",
                "{\"is_decoder\": true} | is_decoder = true; a decoder cannot be read",
                "{\"position_embedding_type\": \"relative_key\"} | = \"relative_key\" where \"absolute\" can be read",
                "{\"hidden_size\": \"x\"} | hidden_size = \"x\" where a whole number is needed",
                "{\"hidden_size\": 0} | a BERT cannot have hidden_size = 0",
                "{\"num_hidden_layers\": -1} | a BERT cannot have num_hidden_layers = -1",
                "{\"num_attention_heads\": 5} | hidden_size = 768 among num_attention_heads = 5",
                "{\"layer_norm_eps\": \"x\"} | layer_norm_eps = \"x\" where a number is needed",
                "{\"layer_norm_eps\": -1} | layer_norm_eps = -1.0",
            })
    void whatIsNotABertIsRefused(String json, String message) {
        assertThatThrownBy(() -> BertConfig.parse(json))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining(message);
    }
}
