package dev.airfoil.tensor.io;

import dev.airfoil.tensor.TensorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A {@code *.safetensors.index.json}: which file of the same folder holds which tensor. Numbers in its metadata ({@code
 * total_size}) are kept as their text; what is neither text nor number is left out.
 */
record ShardIndex(Map<String, String> metadata, Map<String, Path> files) {
    static ShardIndex read(Path path) {
        Json root;
        try {
            root = JsonParser.parse(Files.readString(path));
        } catch (IOException e) {
            throw new TensorException("cannot read " + path + ": " + Reason.of(e) + "; check the path", e);
        } catch (JsonParser.Malformed e) {
            throw new TensorException(path + " is not JSON: " + e.getMessage() + "; fetch it again", e);
        }
        if (root instanceof Json.Obj(Map<String, Json> members)
                && members.get("weight_map") instanceof Json.Obj(Map<String, Json> weights)) {
            return new ShardIndex(metadata(members), files(path, weights));
        }
        throw new TensorException(
                path + " has no object 'weight_map' and so is no index of shards; fetch it again, or name the file");
    }

    private static Map<String, String> metadata(Map<String, Json> members) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (members.get("metadata") instanceof Json.Obj(Map<String, Json> values)) {
            values.forEach((key, value) -> {
                switch (value) {
                    case Json.Str(String text) -> texts.put(key, text);
                    case Json.Num(String text) -> texts.put(key, text);
                    default -> {}
                }
            });
        }
        return texts;
    }

    private static Map<String, Path> files(Path path, Map<String, Json> weights) {
        Path folder = path.toAbsolutePath().normalize().getParent();
        Map<String, Path> files = new LinkedHashMap<>();
        weights.forEach((name, value) -> {
            if (!(value instanceof Json.Str(String fileName))) {
                throw new TensorException(path + " names no file for tensor '" + name + "'; fetch it again");
            }
            Path file = folder.resolve(fileName).normalize();
            if (!file.startsWith(folder)) {
                throw new TensorException(path + " looks for tensor '" + name + "' in " + fileName
                        + ", outside its own folder; correct or fetch it again");
            }
            if (!Files.isRegularFile(file)) {
                throw new TensorException(path + " wants the shard " + fileName + " (for tensor '" + name
                        + "'), which is not in " + folder + "; fetch that file too");
            }
            files.put(name, file);
        });
        return files;
    }
}
