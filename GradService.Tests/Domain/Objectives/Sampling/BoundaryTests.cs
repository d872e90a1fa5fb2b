using CsCheck;
using GradService.Domain.Objectives.Sampling;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Objectives.Sampling;

/// <summary>Points on the boundary of a box.</summary>
public sealed class BoundaryTests
{
    [Fact]
    public void Points_are_on_the_faces_in_order() =>
        RandomSamples.OnBoundaries.Sample(sample =>
        {
            var points = sample.Draw();
            Assert.All(points, point => Assert.True(IsOnBoundary(point, sample.BoundaryOf!)));
            var faces = points.Select(point => FirstFaceOf(point, sample.BoundaryOf!)).ToList();
            Assert.Equal(faces.Order(), faces);
        }, iter: RandomCases.Count(200));

    [Fact]
    public void Each_face_has_its_share_of_the_area_to_less_than_one_point() =>
        RandomSamples.OnBoundaries.Sample(sample =>
        {
            var (box, points) = (sample.BoundaryOf!, sample.Draw());
            var areas = Enumerable.Range(0, 2 * box.Count).Select(face =>
                box.Index().Where(axis => axis.Index != face / 2).Aggregate(1.0, (area, axis) => area * (axis.Item.High - axis.Item.Low))).ToList();
            Assert.All(areas.Index(), face => Assert.InRange(
                points.Count(point => FirstFaceOf(point, box) == face.Index) - (points.Length * face.Item / areas.Sum()), -1 + 1e-9, 1 - 1e-9));
        }, iter: RandomCases.Count(200));

    /// <summary>A rectangle three times as long as high: 3/8 of the boundary above and below each, and the point left over on the first face.</summary>
    [Theory]
    [InlineData(80, new[] { 10, 10, 30, 30 })]
    [InlineData(8, new[] { 1, 1, 3, 3 })]
    [InlineData(9, new[] { 1, 1, 4, 3 })]
    [InlineData(1, new[] { 0, 0, 1, 0 })]
    public void Shares_are_those_of_largest_remainders(int count, int[] shares)
    {
        IReadOnlyList<Interval> box = [new(0, 3), new(0, 1)];
        var faces = new SampleSpec { BoundaryOf = box, Count = new SampleCount(count) }.Draw().CountBy(point => FirstFaceOf(point, box)).ToDictionary();
        Assert.Equal(shares, Enumerable.Range(0, 4).Select(face => faces.GetValueOrDefault(face)));
    }

    [Theory]
    [InlineData(1e-300, 1e300)]
    [InlineData(double.Epsilon, 1)]
    public void Widths_of_any_size_have_shares(double thin, double wide)
    {
        var box = new SampleSpec { BoundaryOf = [new(0, thin), new(0, wide)], Count = new SampleCount(10) };
        Assert.Equal([[0], [thin]], box.Draw().Select(point => point[..1]).DistinctBy(point => point[0]));
    }

    [Theory]
    [InlineData(SampleMethod.Grid)]
    [InlineData(SampleMethod.Uniform)]
    [InlineData(SampleMethod.Sobol)]
    [InlineData(SampleMethod.LatinHypercube)]
    public void In_one_dimension_they_are_the_two_ends(SampleMethod method) =>
        Assert.Equal([[-2], [5]], new SampleSpec { BoundaryOf = [new(-2, 5)], Count = new SampleCount(2), Method = method }.Draw());

    [Fact]
    public void Faces_are_drawn_each_for_itself()
    {
        var points = new SampleSpec { BoundaryOf = [new(0, 1), new(0, 1)], Count = new SampleCount(80), Method = SampleMethod.Uniform }.Draw();
        Assert.Equal(80, points.SelectMany(point => point).Where(coordinate => coordinate is not (0 or 1)).Distinct().Count());
    }

    internal static bool IsOnBoundary(double[] point, IReadOnlyList<Interval> box) => FirstFaceOf(point, box) < 2 * box.Count;

    /// <summary>The first face that a point is on; as many as there are where it is on none.</summary>
    internal static int FirstFaceOf(double[] point, IReadOnlyList<Interval> box) =>
        Enumerable.Range(0, 2 * box.Count).FirstOrDefault(face => point[face / 2] == (face % 2 == 0 ? box[face / 2].Low : box[face / 2].High), 2 * box.Count);
}
