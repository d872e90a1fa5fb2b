using GradService.Domain.Arrays;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>What the names of a formula stand for at the points where it is evaluated: tensors [n], all of one dtype.</summary>
internal interface IFormulaValues
{
    /// <summary>The number of points n.</summary>
    long Count { get; }

    Dtype Dtype { get; }

    /// <summary>What a name stands for, [n]; of an unknown [].</summary>
    Tensor Read(Named name);
}
