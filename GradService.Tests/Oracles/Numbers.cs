using System.Text.Json.Nodes;

namespace GradService.Tests.Oracles;

/// <summary>Nested JSON arrays as shapes and flat numbers, read without the service's own reader.</summary>
public sealed record Numbers(int[] Shape, double[] Values)
{
    public static Numbers Of(JsonNode? node)
    {
        var shape = new List<int>();
        for (var at = node; at is JsonArray array; at = array.Count > 0 ? array[0] : null)
        {
            shape.Add(array.Count);
        }

        var values = new List<double>();
        Flatten(node, values);
        return new Numbers([.. shape], [.. values]);
    }

    public double MaxAbsolute => Values.Length == 0 ? 0 : Values.Max(Math.Abs);

    /// <summary>Fails unless shapes agree and entries differ by no more than tolerance times the scale.</summary>
    /// <param name="expected">The oracle's numbers.</param>
    /// <param name="actual">The service's.</param>
    /// <param name="tolerance">Relative to the scale.</param>
    /// <param name="what">What is compared.</param>
    /// <param name="scale">Absent: the largest entry of the oracle's.</param>
    public static void AssertClose(Numbers expected, Numbers actual, double tolerance, string what, double? scale = null)
    {
        Assert.True(expected.Shape.SequenceEqual(actual.Shape),
            $"{what}: shape [{string.Join(", ", actual.Shape)}] instead of [{string.Join(", ", expected.Shape)}]");
        var largest = scale ?? expected.MaxAbsolute;
        for (var i = 0; i < expected.Values.Length; i++)
        {
            var difference = Math.Abs(expected.Values[i] - actual.Values[i]);
            Assert.True(difference <= tolerance * largest,
                $"{what}: entry {i} is {actual.Values[i]:R} instead of {expected.Values[i]:R}, off by {difference:G3} = {difference / largest:G3} of the scale "
                    + $"{largest:G3}, tolerance {tolerance:G3}");
        }
    }

    private static void Flatten(JsonNode? node, List<double> values)
    {
        if (node is JsonArray array)
        {
            foreach (var element in array)
            {
                Flatten(element, values);
            }
        }
        else
        {
            values.Add(node!.GetValueKind() == System.Text.Json.JsonValueKind.String
                ? double.Parse(node.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture)
                : node.GetValue<double>());
        }
    }
}
