"""What the example models answer, by ONNX Runtime, transformers and diffusers in Python."""
