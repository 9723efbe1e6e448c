"""From a file's bytes to renditions: decoding, colour, scaling, encoding."""
