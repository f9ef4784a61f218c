"""Detection over HTTP: pictures come in by three protocols, wait in one short queue, and are answered."""
