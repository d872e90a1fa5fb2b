using GradService.Domain.Arrays;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>What the names of a formula stand for at the points where it is evaluated: tensors [n], all of one dtype.</summary>
internal interface IFormulaValues
{
    /// <summary>The number of points n.</summary>
    long Count { get; }

    Dtype Dtype { get; }

    /// <summary>The variable of this index, [n].</summary>
    Tensor Variable(int variable);

    /// <summary>The output of this index, [n].</summary>
    Tensor Output(int output);

    /// <summary>A derivative of an output, [n].</summary>
    Tensor Derivative(DerivativeIndex derivative);

    /// <summary>The term's target, [n]; asked for only by a formula that uses it.</summary>
    Tensor Target { get; }
}
