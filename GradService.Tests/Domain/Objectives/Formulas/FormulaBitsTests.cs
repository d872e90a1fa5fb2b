using System.Globalization;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using GradService.Fuzz.Oracles;
using GradService.Tests.Problems;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Objectives.Formulas;

/// <summary>
/// A formula that uses no field performs the very operations that are written, from left to right: its values and gradients are, to the bit,
/// those of an evaluator that calls libtorch while it reads.
/// </summary>
public sealed class FormulaBitsTests
{
    private const int Usual = 500;

    [Fact]
    public void A_formula_without_fields_has_the_bits_of_its_operations_in_the_order_in_which_they_are_written()
    {
        var random = new RandomFormulas(seed: 20269);
        for (var i = 0; i < RandomCases.Count(Usual); i++)
        {
            using var scope = NewDisposeScope();
            var text = random.Formula(5);
            var leaves = SampleNames.Distinct.ToDictionary(meaning => meaning,
                _ => tensor([random.Between(-2, 2), random.Between(0, 3), random.Between(-1, 1)], ScalarType.Float64).requires_grad_());
            var actual = Formula.Parse(text, SampleNames.Whole, "residual").Evaluate(new SampleValues(3, Dtype.Float64, meaning => leaves[meaning]));
            var expected = new Reader(text, leaves).Read();
            AssertSame(expected, actual, text);
            Tensor[] inputs = [.. leaves.Values];
            foreach (var (one, other) in Autograd.VectorJacobianProducts([(expected, expected.detach().ZerosLike().Plus(1))], inputs)
                .Zip(Autograd.VectorJacobianProducts([(actual, actual.detach().ZerosLike().Plus(1))], inputs)))
            {
                AssertSame(one, other, text);
            }
        }
    }

    private static void AssertSame(Tensor expected, Tensor actual, string text) =>
        Assert.True(expected.ToDoubles().Select(BitConverter.DoubleToInt64Bits).SequenceEqual(actual.ToDoubles().Select(BitConverter.DoubleToInt64Bits)), text);

    /// <summary>Numbers meet in doubles, everything else in libtorch at once.</summary>
    private sealed class Reader(string text, IReadOnlyDictionary<string, Tensor> leaves)
    {
        private readonly string _text = text.Replace(" ", "", StringComparison.Ordinal);
        private int _at;

        public Tensor Read() => Sum() switch
        {
            (Tensor value, _) => value,
            var (_, number) => full([3], number, ScalarType.Float64),
        };

        private (Tensor? Value, double Number) Sum()
        {
            var sum = Product();
            while (Is("+-"))
            {
                sum = _text[_at++] == '+' ? Of(sum, Product(), (a, b) => a.add(b), (a, b) => a + b) : Of(sum, Product(), (a, b) => a.sub(b), (a, b) => a - b);
            }

            return sum;
        }

        private (Tensor? Value, double Number) Product()
        {
            var product = Factor();
            while (Is("*/"))
            {
                product = _text[_at++] == '*' ? Of(product, Factor(), (a, b) => a.mul(b), (a, b) => a * b)
                    : Of(product, Factor(), (a, b) => a.div(b), (a, b) => a / b);
            }

            return product;
        }

        private (Tensor? Value, double Number) Factor()
        {
            if (Is("+-"))
            {
                var minus = _text[_at++] == '-';
                var (value, number) = Factor();
                return minus ? (value?.neg(), -number) : (value, number);
            }

            var @base = Operand();
            if (!Is("^"))
            {
                return @base;
            }

            _at++;
            var exponent = Factor();
            return (@base, exponent) switch
            {
                ((not null, _), (null, 0)) or ((null, 1), (not null, _)) => (null, 1),
                ((Tensor of, _), (null, var power)) => (of.pow(power), 0),
                _ => Of(@base, exponent, (a, b) => a.pow(b), Math.Pow),
            };
        }

        private (Tensor? Value, double Number) Operand()
        {
            if (Is("("))
            {
                return Inside();
            }

            var start = _at;
            while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '.'
                || (_text[_at] is '+' or '-' && _text[_at - 1] is 'e' or 'E' && char.IsAsciiDigit(_text[start]) | _text[start] == '.')))
            {
                _at++;
            }

            var word = _text[start.._at];
            return double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? (null, number)
                : word == "pi" ? (null, Math.PI)
                : SampleNames.Meanings.TryGetValue(word, out var meaning) ? (leaves[meaning], 0)
                : Call(word);
        }

        private (Tensor? Value, double Number) Call(string word)
        {
            var a = Inside();
            return word switch
            {
                "min" => Of(a, Inside(), (one, other) => one.minimum(other), Math.Min),
                "max" => Of(a, Inside(), (one, other) => one.maximum(other), Math.Max),
                "atan2" => Of(a, Inside(), (one, other) => one.atan2(other), Math.Atan2),
                "sin" => Of(a, x => x.sin(), Math.Sin),
                "cos" => Of(a, x => x.cos(), Math.Cos),
                "tan" => Of(a, x => x.tan(), Math.Tan),
                "exp" => Of(a, x => x.exp(), Math.Exp),
                "log" => Of(a, x => x.log(), Math.Log),
                "sqrt" => Of(a, x => x.sqrt(), Math.Sqrt),
                "tanh" => Of(a, x => x.Tanh(), Math.Tanh),
                "abs" => Of(a, x => x.abs(), Math.Abs),
                "sinh" => Of(a, x => x.sinh(), Math.Sinh),
                "cosh" => Of(a, x => x.cosh(), Math.Cosh),
                "atan" => Of(a, x => x.atan(), Math.Atan),
                "asin" => Of(a, x => x.asin(), Math.Asin),
                "acos" => Of(a, x => x.acos(), Math.Acos),
                "erf" => Of(a, x => x.erf(), x => Function.ByName["erf"].OfNumbers([x])),
                "sign" => Of(a, x => x.Sign(), x => double.IsNaN(x) ? x : Math.Sign(x)),
                "step" => Of(a, x => x.Step(), x => double.IsNaN(x) ? x : x > 0 ? 1 : 0),
                _ => throw new ArgumentOutOfRangeException(nameof(word), word, "no function"),
            };
        }

        /// <summary>What stands after '(' or ',' up to the next ',' or ')'.</summary>
        private (Tensor? Value, double Number) Inside()
        {
            _at++;
            var value = Sum();
            if (Is(")"))
            {
                _at++;
            }

            return value;
        }

        private bool Is(string signs) => _at < _text.Length && signs.Contains(_text[_at], StringComparison.Ordinal);

        private static (Tensor? Value, double Number) Of((Tensor? Value, double Number) a, Func<Tensor, Tensor> f, Func<double, double> ofNumber) =>
            a.Value is { } value ? (f(value), 0) : (null, ofNumber(a.Number));

        private static (Tensor? Value, double Number) Of((Tensor? Value, double Number) a, (Tensor? Value, double Number) b, Func<Tensor, Tensor, Tensor> f,
            Func<double, double, double> ofNumbers) => a.Value is null && b.Value is null ? (null, ofNumbers(a.Number, b.Number))
            : (f(a.Value ?? tensor(a.Number, ScalarType.Float64), b.Value ?? tensor(b.Number, ScalarType.Float64)), 0);
    }
}
