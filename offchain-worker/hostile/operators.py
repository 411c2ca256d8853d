#!/usr/bin/env python3
"""Writes `src/model_check/operators.rs`: the operators that models may use.

    pip install onnx onnxruntime && python3 operators.py > ../src/model_check/operators.rs

ONNX's own come from the schemas of the `onnx` package, up to the opset that every ONNX Runtime which
workers may use knows. Those of ONNX Runtime's domain are named here, and held against its schemas: the
ones that exporters, its optimizer and its quantizers write.
"""

from onnx import defs
import onnxruntime.capi.onnxruntime_pybind11_state as runtime

MAX_OPSET = 25

# What would make results differ from run to run, decode files of other formats, or is not a tensor.
REFUSED = {
    *("RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial"),
    *("Bernoulli", "ImageDecoder", "RegexFullMatch", "StringConcat", "StringNormalizer"),
    *("StringSplit", "TfIdfVectorizer", "Optional", "OptionalGetElement", "OptionalHasElement"),
    *("ConcatFromSequence", "SequenceAt", "SequenceConstruct", "SequenceEmpty", "SequenceErase"),
    *("SequenceInsert", "SequenceLength", "SequenceMap", "SplitToSequence"),
}

# Of ONNX Runtime, but written without a domain.
EXTRA = {"SimplifiedLayerNormalization"}

MICROSOFT = """
Attention BiasAdd BiasGelu BiasSoftmax BiasSplitGelu ComplexMul ComplexMulConj
ConvTransposeWithDynamicPads CropAndResize DecoderMaskedMultiHeadAttention DecoderMaskedSelfAttention
DequantizeLinear DynamicQuantizeLSTM DynamicQuantizeMatMul EmbedLayerNormalization ExpandDims FastGelu
FusedConv FusedGemm FusedMatMul FusedMatMulActivation GatedRelativePositionBias GatherBlockQuantized
GatherND Gelu GemmFastGelu GemmaRotaryEmbedding GridSample GroupNorm GroupQueryAttention Inverse Irfft
LongformerAttention MatMulBnb4 MatMulFpQ4 MatMulInteger16 MatMulIntegerToFloat MatMulNBits
MaxpoolWithMask MoE MulInteger MultiHeadAttention NGramRepeatBlock NhwcConv NhwcFusedConv NhwcMaxPool Pad
QAttention QEmbedLayerNormalization QGemm QLinearAdd QLinearAveragePool QLinearConcat QLinearConv
QLinearGlobalAveragePool QLinearLeakyRelu QLinearMul QLinearReduceMean QLinearSigmoid QLinearSoftmax
QLinearWhere QMoE QuantizeLinear QuickGelu Range ReduceSumInteger RelativePositionBias Rfft
RotaryEmbedding SkipGroupNorm SkipLayerNormalization SkipSimplifiedLayerNormalization SparseAttention
SparseToDenseMatMul TransposeMatMul Trilu Unique UnfoldTensor
""".split()


def names(title, operators):
    print(f"\n/// {title}, in bytewise order.")
    print("pub(super) const", end=" ")
    return sorted(operators)


def listing(name, operators):
    print(f"{name}: &[&str] = &[")
    for operator in operators:
        print(f'\t"{operator}",')
    print("];")


def main():
    schemas = defs.get_all_schemas_with_history()
    standard = {s.name for s in schemas if s.domain == "" and s.since_version <= MAX_OPSET}
    assert REFUSED <= standard, REFUSED - standard
    known = {s.name for s in runtime.get_all_operator_schema() if s.domain == "com.microsoft"}
    assert set(MICROSOFT) <= known, set(MICROSOFT) - known
    print("//! The operators that models may use, as `hostile/operators.py` wrote them.")
    print(f"\n/// The newest opset whose operators are listed.\npub(super) const MAX_OPSET: u64 = {MAX_OPSET};")
    listing("STANDARD", names("Of ONNX itself", (standard - REFUSED) | EXTRA))
    listing("MICROSOFT", names("Of ONNX Runtime's domain `com.microsoft`", MICROSOFT))


main()
