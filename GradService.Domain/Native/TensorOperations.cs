#pragma warning disable RS0030 // this file is the one that the bans point to
using GradService.Domain.Arrays;
using TorchSharp;
using static TorchSharp.torch;

namespace GradService.Domain.Native;

/// <summary>
/// The tensor operations in use that TorchSharp makes dangerous elsewhere. A <see cref="Scalar"/> made implicitly is kept
/// alive by nothing: the garbage collector may finalize it between the call and libtorch's reading of it (dotnet/TorchSharp
/// pull requests 1434 and 1496). Here every Scalar is either static or held by <c>using</c> until the call has returned.
/// All results belong to the caller's dispose scope.
/// </summary>
internal static class TensorOperations
{
    internal static readonly Scalar One = 1;

    // Of sums of squares: between these neither they nor their powers in higher derivatives over- or underflow.
    private const double LeastSquare = 1e-8;
    private const double MostSquare = 1e8;

    /// <summary>a + b, broadcast.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a + number.</summary>
    public static Tensor Plus(this Tensor a, double number)
    {
        using Scalar scalar = number;
        return a.add(scalar, One);
    }

    /// <summary>a − b, broadcast.</summary>
    public static Tensor Minus(this Tensor a, Tensor b) => a.sub(b);

    /// <summary>a · b, elementwise, broadcast.</summary>
    public static Tensor Times(this Tensor a, Tensor b) => a.mul(b);

    /// <summary>a · number.</summary>
    public static Tensor Times(this Tensor a, double number)
    {
        using Scalar scalar = number;
        return a.mul(scalar);
    }

    /// <summary>a / b, elementwise, broadcast.</summary>
    public static Tensor Over(this Tensor a, Tensor b) => a.div(b);

    /// <summary>a / number.</summary>
    public static Tensor Over(this Tensor a, double number)
    {
        using Scalar scalar = number;
        return a.div(scalar);
    }

    /// <summary>a².</summary>
    public static Tensor Squared(this Tensor a) => a.mul(a);

    /// <summary>a to the power of a number; the derivative is 0 for the power 0, and finite at a = 0 for powers of at least 1.</summary>
    public static Tensor Power(this Tensor a, double exponent)
    {
        using Scalar scalar = exponent;
        return a.pow(scalar);
    }

    /// <summary>a to the power of b, elementwise, broadcast.</summary>
    public static Tensor Power(this Tensor a, Tensor b) => a.pow(b);

    /// <summary>The sum over the given axes. (TorchSharp's <c>sum(0)</c> would sum everything, as bytes.)</summary>
    public static Tensor SumOver(this Tensor a, long[] axes, bool keepAxes = false) => a.sum(axes, keepAxes);

    /// <summary>The mean over the given axes.</summary>
    public static Tensor MeanOver(this Tensor a, long[] axes, bool keepAxes = false) => a.mean(axes, keepAxes);

    /// <summary>
    /// (a − mean) / √(variance + eps), mean and biased variance over the given axes, in operations that differentiate rightly to any order.
    /// </summary>
    public static Tensor Standardized(this Tensor a, long[] axes, double eps) => a.Minus(a.MeanOver(axes, keepAxes: true)).OfUnitMeanSquare(axes, eps);

    /// <summary>a / √(mean of a² + eps), the mean over the given axes, in operations that differentiate rightly to any order.</summary>
    public static Tensor OfUnitMeanSquare(this Tensor a, long[] axes, double eps)
    {
        var added = a.Constant(eps);
        var square = a.Squared().MeanOver(axes, keepAxes: true).Plus(added);
        if (!square.AreOrdinarySquares())
        {
            var scale = a.ScaleWhere(square.OutOfOrdinary(), axes, Math.Sqrt(added));
            a = a.Over(scale);
            square = a.Squared().MeanOver(axes, keepAxes: true).Plus(scale.reciprocal().Times(added).Over(scale));
        }

        return a.Over(square.sqrt());
    }

    /// <summary>Whether sums of squares can be used as they are, no scale being taken out before squaring.</summary>
    public static bool AreOrdinarySquares(this Tensor squares) => squares.Within(LeastSquare, MostSquare);

    /// <summary>[.., I] · [I, O] = [.., O]: a matrix product over the last axis. (matmul ends the process on bad shapes, mm throws.)</summary>
    public static Tensor TimesMatrix(this Tensor a, Tensor matrix) => a.reshape(-1, a.shape[^1]).mm(matrix).reshape([.. a.shape[..^1], matrix.shape[1]]);

    /// <summary>The Euclidean norm of each row of [N, D], [N], of whatever size they are. Its derivative at a row of zeros is taken as zero.</summary>
    public static Tensor RowNorms(this Tensor a)
    {
        var squares = a.Squared().SumOver([1]);
        if (squares.AreOrdinarySquares())
        {
            return squares.sqrt();
        }

        using Scalar nothing = 0.0;
        var scale = a.ScaleWhere(squares.OutOfOrdinary().unsqueeze(1), [1], least: 0);
        squares = a.Over(scale).Squared().SumOver([1]);
        var zero = squares.detach().eq(nothing);
        return squares.masked_fill(zero, One).sqrt().masked_fill(zero, nothing).Times(scale.squeeze(1));
    }

    /// <summary>−log softmax of each row [N, M] at its label [N], [N], by torch.nn.CrossEntropyLoss' definition.</summary>
    public static Tensor CrossEntropies(this Tensor a, NdArray labels) =>
        nn.functional.log_softmax(a, 1).gather(1, labels.ToTensor(Dtype.Float64).to_type(ScalarType.Int64).unsqueeze(1)).squeeze(1).neg();

    /// <summary>Whether every element is between the two; NaN is not.</summary>
    public static bool Within(this Tensor a, double least, double most)
    {
        if (a.numel() == 0)
        {
            return true;
        }

        using var scope = NewDisposeScope();
        var (smallest, largest) = a.detach().aminmax();
        return smallest.ToDouble() >= least && largest.ToDouble() <= most;
    }

    /// <summary>The number as a constant of a's precision: never 0 where it is not.</summary>
    public static double Constant(this Tensor a, double number) => a.dtype.ToDtype().Constant(number);

    /// <summary>Where a is greater than number: a boolean tensor of a's shape.</summary>
    public static Tensor Above(this Tensor a, double number)
    {
        using Scalar scalar = number;
        return a.gt(scalar);
    }

    /// <summary>Where a is less than number: a boolean tensor of a's shape.</summary>
    public static Tensor Below(this Tensor a, double number)
    {
        using Scalar scalar = number;
        return a.lt(scalar);
    }

    /// <summary>-1, 0 or 1, NaN of NaN: a constant for gradients, as its derivative is 0.</summary>
    public static Tensor Sign(this Tensor a)
    {
        using var scope = NewDisposeScope();
        var constant = a.detach();
        return constant.where(constant.isnan(), constant.sign()).MoveToOuterDisposeScope();
    }

    /// <summary>1 where a is positive, else 0, NaN of NaN: a constant for gradients, as its derivative is 0.</summary>
    public static Tensor Step(this Tensor a)
    {
        using var scope = NewDisposeScope();
        var constant = a.detach();
        return constant.where(constant.isnan(), constant.Above(0).to_type(a.dtype)).MoveToOuterDisposeScope();
    }

    /// <summary>Every n-th entry of the first axis, beginning with the first.</summary>
    public static Tensor EveryNth(this Tensor a, int n) => a.slice(0, 0, a.shape[0], n).contiguous();

    /// <summary>x·Wᵀ + b over the last axis; x [.., I], weight [O, I], bias [O] or null, result [.., O].</summary>
    public static Tensor Linear(this Tensor x, Tensor weight, Tensor? bias) => nn.functional.linear(x, weight, bias);

    /// <summary>x where positive, else slope·x.</summary>
    public static Tensor LeakyRelu(this Tensor x, double slope)
    {
        using Scalar scalar = slope;
        return x.leaky_relu(scalar);
    }

    /// <summary>x where positive, else alpha·(eˣ − 1).</summary>
    public static Tensor Elu(this Tensor x, double alpha)
    {
        using Scalar scalar = alpha;
        return x.elu(scalar, One, One);
    }

    /// <summary>x where positive, else alpha·(e^(x/alpha) − 1); the slope is of the alpha that single precision has, as PyTorch's is.</summary>
    public static Tensor Celu(this Tensor x, double alpha)
    {
        using Scalar scalar = alpha;
        return x.celu(scalar);
    }

    /// <summary>x within the two numbers, else the nearer of them; at each of them the slope is 0.</summary>
    public static Tensor Hardtanh(this Tensor x, double least, double most)
    {
        using Scalar lower = least;
        using Scalar upper = -most;
        using var turned = x.neg();
        using var bounded = turned.threshold(upper, upper);
        using var back = bounded.neg();
        return back.threshold(lower, lower);
    }

    /// <summary>
    /// min(max(0, x + 3), 6) / 6 with libtorch's slope, which is a sixth as single precision has it in double precision too; its own operation
    /// cannot be differentiated twice.
    /// </summary>
    public static Tensor Hardsigmoid(this Tensor x)
    {
        const double Sixth = 1f / 6;
        using var shifted = x.Plus(3);
        using var bent = shifted.relu6();
        using var sloped = bent.Times(Sixth);
        using var constant = bent.detach();
        using var value = constant.Over(6);
        using var slopedConstant = sloped.detach();
        using var correction = value.Minus(slopedConstant);
        return sloped.Plus(correction);
    }

    /// <summary>x − lambda above lambda, x + lambda below −lambda, else 0.</summary>
    public static Tensor Softshrink(this Tensor x, double lambda)
    {
        using Scalar lower = -lambda;
        using Scalar upper = lambda;
        using var within = x.clamp(lower, upper);
        return x.Minus(within);
    }

    /// <summary>x where |x| is above lambda, else 0.</summary>
    public static Tensor Hardshrink(this Tensor x, double lambda)
    {
        using Scalar width = lambda;
        using Scalar nothing = 0.0;
        using var size = x.detach().abs();
        using var within = size.le(width);
        return x.masked_fill(within, nothing);
    }

    /// <summary>The tensor itself, every element of it the number now.</summary>
    public static Tensor Fill(this Tensor a, double number)
    {
        using Scalar scalar = number;
        return a.fill_(scalar);
    }

    /// <summary>
    /// What to divide by before squares are taken: where they are out of the ordinary a power of two near the largest magnitude over the axes,
    /// so that dividing rounds nothing; else 1. A constant for gradients.
    /// </summary>
    /// <param name="a">The values.</param>
    /// <param name="beyond">Where their sums of squares are out of the ordinary, the axes being kept with size 1.</param>
    /// <param name="axes">The axes over which squares are summed.</param>
    /// <param name="least">What the scale is not less than: the root of what is added to the squares.</param>
    private static Tensor ScaleWhere(this Tensor a, Tensor beyond, long[] axes, double least)
    {
        using var scope = NewDisposeScope();
        using Scalar floor = least;
        var largest = a.detach().abs().amax(axes, keepdim: true).clamp_min(floor);
        var scaled = beyond.logical_and(largest.Above(0)).logical_and(largest.isfinite());
        return largest.log2().floor().exp2().masked_fill(scaled.logical_not(), One).MoveToOuterDisposeScope();
    }

    private static Tensor OutOfOrdinary(this Tensor squares) => squares.Above(LeastSquare).logical_and(squares.Below(MostSquare)).logical_not();
}
