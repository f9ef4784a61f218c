"""One run over many machines: pictures in shards, shards on Ray, results in parts that are whole."""
