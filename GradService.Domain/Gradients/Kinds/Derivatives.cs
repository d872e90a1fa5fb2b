using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Runs;
using GradService.Domain.Separation;

namespace GradService.Domain.Gradients.Kinds;

/// <summary>
/// Own derivatives along a direction, dᵏ/dtᵏ y_i(x_i + t·direction) for k = 1 to order, [N, M, order]: what a PINN's u_x, u_xx and
/// u_xxx are.
/// </summary>
public sealed record Derivatives : OwnDerivativeQuestion
{
    private static readonly string[] Ordinals = ["first", "second", "third", "fourth"];

    /// <summary>The highest order.</summary>
    [Range(1, 4)]
    public required int Order { get; init; }

    /// <summary>[D…], one direction for all samples, or [N, D…]; absent: all ones where D = 1, else required.</summary>
    public NdArray? Direction { get; init; }

    internal override int Depth => Order;

    internal override bool NamesSamples(ProblemSize size) => Direction is { } direction && direction.Shape.Equals(size.Inputs);

    internal override IReadOnlyList<AnswerPart> Parts(ProblemSize size) => [.. Enumerable.Range(1, Order).Select(order =>
        new AnswerPart($"the {Ordinals[order - 1]} derivative", order, answer => answer.Last(order - 1))
        {
            Weight = Math.Pow(Direction?.MaxAbsolute() ?? 1, order),
        })];

    internal override IEnumerable<Fault> Check(ProblemSize size)
    {
        foreach (var fault in base.Check(size))
        {
            yield return fault;
        }

        if (Direction is null)
        {
            if (size.Input.Elements != 1)
            {
                yield return Fault.Invalid("gradient.direction",
                    $"an array of shape {size.Input}, or {size.Inputs}, as samples have {size.Input.Elements} elements", "nothing");
            }
        }
        else if (!Direction.Shape.Equals(size.Input) && !Direction.Shape.Equals(size.Inputs))
        {
            yield return Fault.Invalid("gradient.direction", $"an array of shape {size.Input}, one direction for all samples, or {size.Inputs}",
                $"shape {Direction.Shape}");
        }
        else
        {
            foreach (var fault in Products.CheckFactor(Direction, "gradient.direction", Direction.Shape, size.Dtype, stacks: false))
            {
                yield return fault;
            }
        }
    }

    internal override Shape ResultShape(ProblemSize size) => new(size.Samples, OutputSelection.Count(Outputs, size), Order);

    private protected override long SweepsPerChain(ProblemSize size) => Order;

    private protected override NdArray Derive(OwnDerivatives derivatives, ProblemSize size) =>
        derivatives.Along(Directions(size).ToTensor(derivatives.Dtype), Order);

    internal override Func<long, IEnumerable<DifferenceQuotient>> Quotients(ProblemSize size)
    {
        var outputs = OutputSelection.Of(Outputs, size);
        var d = size.Input.Elements;
        return entry =>
        {
            var (row, order) = (entry / Order, (int)(entry % Order));
            var (sample, output) = (row / outputs.Length, outputs[row % outputs.Length]);
            var moves = Direction is null ? Displacement.Of(sample) : new Displacement(sample * d, d, Direction, Direction.Count == d ? 0 : sample * d);
            return [new DifferenceQuotient(moves, order == 0
                ? new Watched.Output((sample * size.OutputElements) + output)
                : new Watched.OwnDerivative(sample, output, moves, order))];
        };
    }

    /// <summary>A direction for every sample, [N, D].</summary>
    private NdArray Directions(ProblemSize size)
    {
        var d = size.Input.Elements;
        var values = new double[size.Samples * d];
        for (var element = 0L; element < values.LongLength; element++)
        {
            values[element] = Direction is null ? 1 : Direction[Direction.Count == d ? element % d : element];
        }

        return new NdArray(new Shape(size.Samples, d), values);
    }
}
