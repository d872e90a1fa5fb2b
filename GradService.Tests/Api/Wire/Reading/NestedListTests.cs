using System.Text;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Tests.Api.Wire.Reading;

public sealed class NestedListTests
{
    [Fact]
    public void Lists_of_lists_are_read()
    {
        var read = RequestReader.Read<Table>("""{ "rows": [[{ "size": 1 }, { "size": 2 }], [], [{ "size": 3, "values": [[1], [2]] }]] }"""u8);
        Assert.Equal([[1, 2], [], [3]], read.Rows.Select(row => row.Select(cell => cell.Size)));
    }

    [Theory]
    [InlineData("""[[{ "size": "x" }]]""", "rows[0][0].size")]
    [InlineData("""[[], [{ "size": 1 }, { "size": 1, "more": [{ "size": 1 }, { "size": "x" }] }]]""", "rows[1][1].more[1].size")]
    [InlineData("""[[{ "size": 1 }], [{ "size": 1 }, {}]]""", "rows[1][1].size")]
    [InlineData("""[[{ "size": 1, "siez": 1 }]]""", "rows[0][0].siez")]
    [InlineData("""[[{ "size": 1, "a.b": 1 }]]""", "rows[0][0]['a.b']")]
    [InlineData("""[[{ "size": 1 }], 7]""", "rows[1]")]
    [InlineData("""[[{ "size": 1 }, 7]]""", "rows[0][1]")]
    [InlineData("""[[{ "size": 1, "values": [[1], ["x"]] }]]""", "rows[0][0].values[1][0]")]
    [InlineData("""[[{ "size": 1, "values": { "shape": [1, "x"], "dtype": "float32", "base64": "" } }]]""", "rows[0][0].values.shape[1]")]
    [InlineData("""[[{ "size": 1, "named": { "it": { "size": "x" } } }]]""", "rows[0][0].named['it'].size")]
    public void What_is_wrong_in_a_list_of_lists_has_the_indices_of_both(string rows, string path)
    {
        var wrong = Assert.Throws<FaultException>(() => RequestReader.Read<Table>(Encoding.UTF8.GetBytes($$"""{ "rows": {{rows}} }""")));
        Assert.Equal([path], wrong.Faults.Select(fault => fault.Path));
    }

    [Fact]
    public void What_stands_at_a_path_of_a_request_says_so()
    {
        var path = FieldPath.Of("rows").At(2).At(3);
        var wrong = Assert.Throws<FaultException>(() => RequestReader.Read<Cell>("""{ "size": 1, "more": [{ "size": null }] }"""u8, path));
        Assert.Equal("rows[2][3].more[0].size", Assert.Single(wrong.Faults).Path);
    }

    private sealed record Table
    {
        public required IReadOnlyList<IReadOnlyList<Cell>> Rows { get; init; }
    }

    private sealed record Cell
    {
        public required int Size { get; init; }

        public IReadOnlyList<Cell>? More { get; init; }

        public IReadOnlyDictionary<string, Cell>? Named { get; init; }

        public NdArray? Values { get; init; }
    }
}
