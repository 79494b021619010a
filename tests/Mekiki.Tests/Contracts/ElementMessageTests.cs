using Mekiki.Layers;

namespace Mekiki.Tests.Contracts;

/// <summary>What functions, choices, shapes and sums say when they are used wrongly.</summary>
public class ElementMessageTests
{
    private static readonly Tensor rows = Tensor.Zeros([4, 6]), images = Tensor.Zeros([2, 3, 8, 9]), labels = Tensor.From([1, 2], [2]);

    private static readonly Action[] missing =
    [
        () => rows.Maximum(null!),
        () => rows.Minimum(null!),
        () => rows.Prelu(null!),
        () => rows.EqualTo(null!),
        () => rows.Greater(null!),
        () => rows.Greater(0).LogicalAnd(null!),
        () => rows.Greater(0).LogicalOr(null!),
        () => Tensor.Where(null!, rows, rows),
        () => Tensor.Where(rows.Greater(0), null!, rows),
        () => Tensor.Where(rows.Greater(0), rows, null!),
        () => rows.Gather(0, null!),
        () => rows.IndexSelect(0, null!),
        () => Tensor.Stack(0, rows, null!),
        () => Tensor.OneHot(null!, 2),
        () => Tensor.FullLike(null!, 2),
    ];

    /// <summary>What tensors decide.</summary>
    public static TheoryData<string, Action> Inputs => new()
    {
        { "Prelu: expected a weight (1) or one for each channel (3), got (2) for (2, 3, 8, 9).", () => images.Prelu(Tensor.Zeros([2])) },
        { "Maximum: expected shapes that broadcast (equal sizes, or 1, from the last dimension on), got (4, 6) and (5).", () => rows.Maximum(Tensor.Zeros([5])) },
        { "Silu: expected a float32 tensor, got Int64 (2). Cast it, or make it of floats (1f, not 1).", () => labels.Silu() },
        { "Greater: expected tensors of one type, got Float32 (4, 6) and Int64 (2). Cast one by To.", () => rows.Greater(labels) },
        { "Less: expected a float32 tensor, got Int64 (2). Cast it, or make it of floats (1f, not 1).", () => labels.Less(1) },
        { "Where: expected a Bool tensor, got Float32 (4, 6). Compare it, or cast it by To(DType.Bool).", () => Tensor.Where(rows, rows, rows) },
        { "LogicalAnd: expected a Bool tensor, got Int64 (2). Compare it, or cast it by To(DType.Bool).", () => rows.Greater(0).LogicalAnd(labels) },
        { "LogicalNot: expected a Bool tensor, got Int64 (2). Compare it, or cast it by To(DType.Bool).", () => labels.LogicalNot() },
        { "ToArray: expected the type that belongs to Int64, got Single. Cast the tensor by To, or read it as it is.", () => labels.ToArray<float>() },
        { "Tensor: expected 6 values for shape (2, 3), got 2.", () => Tensor.From([true, false], [2, 3]) },
        { "Slice: expected at most 2 slices for (4, 6), got 3.", () => _ = rows[.., .., ..] },
        { "Slice: expected a range within the 6 of dimension 1 of (4, 6), got 2..7.", () => _ = rows[.., 2..7] },
        { "Slice: expected a range within the 4 of dimension 0 of (4, 6), got 3..2.", () => _ = rows[3..2] },
        { "Slice: expected an index within the 4 of dimension 0 of (4, 6), got 4.", () => _ = rows[4] },
        { "Narrow: expected a part within the 4 of dimension 0 of (4, 6), got 2 from 3 on.", () => rows.Narrow(0, 3, 2) },
        { "Narrow: expected a part within the 6 of dimension 1 of (4, 6), got 2,147,483,647 from 1 on.", () => rows.Narrow(-1, 1, int.MaxValue) },
        { "Split: expected sizes of 0 or more that sum up to the 6 of dimension 1 of (4, 6), got (2, 3).", () => rows.Split([2, 3], 1) },
        { "Stack: expected tensors of one shape, got (4, 6) and (2, 3, 8, 9).", () => Tensor.Stack(0, rows, images) },
        { "Reshape: expected sizes of which one is -1 and the others divide the 24 elements of (4, 6), got (-1, 5).", () => rows.Reshape(-1, 5) },
        { "Reshape: expected sizes of which one is -1 and the others divide the 24 elements of (4, 6), got (-1, -1).", () => rows.Reshape(-1, -1) },
        { "Reshape: expected sizes of which one is -1 and the others divide the 24 elements of (4, 6), got (65536, 65536, -1).", () => rows.Reshape(65536, 65536, -1) },
        { "Flip: expected each dimension of (4, 6) at most once, got (1, -1).", () => rows.Flip(1, -1) },
        { "Expand: expected a shape in which sizes of (4, 6) other than 1 stay, counted from the last, got (4, 7).", () => rows.Expand(4, 7) },
        { "Repeat: expected a count of 0 or more for each dimension of (4, 6), at most 6, got (2).", () => rows.Repeat(2) },
        { "Repeat: expected at most 2,147,483,647 in dimension 1, got 6,000,000,000.", () => rows.Repeat(1, 1_000_000_000) },
        { "Unsqueeze: expected a dimension from -3 to 2 for (4, 6), got 3.", () => rows.Unsqueeze(3) },
        { "Gather: expected an index with as many dimensions as (4, 6) and sizes that fit into it outside dimension 1, got (2).", () => rows.Gather(1, labels) },
        { "Gather: expected indices from 0 to 5, got 6.", () => rows.Gather(1, Tensor.From([6], [1, 1])) },
        { "IndexSelect: expected an index of Int64, got Float32. Make it of longs (1L, not 1), or cast it.", () => rows.IndexSelect(0, rows) },
        { "IndexSelect: expected an index of one dimension, got (1, 1). Use Gather for an index of its own for every line.", () => rows.IndexSelect(0, Tensor.From([0], [1, 1])) },
        { "Max: expected one element or more along dimension 1, got (4, 0).", () => Tensor.Zeros([4, 0]).Max(1) },
        { "Max: expected one element or more, got none.", () => Tensor.Zeros([4, 0]).Max() },
        { "TopK: expected a count from 1 to the 6 of dimension 1 of (4, 6), got 7.", () => rows.TopK(7) },
        { "LogSumExp: expected one element or more, got (4, 0).", () => Tensor.Zeros([4, 0]).LogSumExp([1]) },
        { "OneHot: expected labels from 0 to 1, got 2.", () => Tensor.OneHot(labels, 2) },
    };

    /// <summary>What the program gave by itself.</summary>
    public static TheoryData<string, Action> Arguments => new()
    {
        { "Clamp: expected a min that is not above max, got 2 and 1. (Parameter 'min')", () => rows.Clamp(2, 1) },
        { "Prelu: expected 1 channel or more, got 0. (Parameter 'channels')", () => _ = new Prelu(0) },
        { "To: expected one of Float32, Int64, Int32, UInt8, Int8, Bool, BFloat16, Float16, got 77. (Parameter 'type')", () => labels.To((DType)77) },
        { "Slice: expected a step of 1 or more, got -1. Use Flip to go backwards. (Parameter 'step')", () => rows.Slice(0, .., -1) },
        { "Split: expected a size of 1 or more, got 0. (Parameter 'size')", () => rows.Split(0) },
        { "Stack: expected one tensor or more, got none. (Parameter 'parts')", () => Tensor.Stack(0) },
        { "Norm: expected a p of 1 or more, infinity too, got 0.5. (Parameter 'p')", () => rows.Norm(0.5f) },
        { "Arange: expected a step that leads from 0 to 5, got -1. (Parameter 'step')", () => Tensor.Arange(0L, 5, -1) },
        { "Arange: expected a step that leads from 0 to 5, got 0. (Parameter 'step')", () => Tensor.Arange(0f, 5, 0) },
        { "Linspace: expected 0 or more, got -1. (Parameter 'count')", () => Tensor.Linspace(0, 1, -1) },
        { "OneHot: expected 1 class or more, got 0. (Parameter 'classes')", () => Tensor.OneHot(labels, 0) },
        { "Randperm: expected 0 or more, got -2. (Parameter 'count')", () => Draw(-2) },
    };

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Input_SaysWhat(string expected, Action mistake) => Assert.Equal(expected, Assert.Throws<MekikiException>(mistake).Message);

    [Theory]
    [MemberData(nameof(Arguments))]
    public void Argument_SaysWhat(string expected, Action mistake) => Assert.Equal(expected, Assert.ThrowsAny<ArgumentException>(mistake).Message);

    [Fact]
    public void MissingTensor_IsRefused() => Assert.All(missing, mistake => Assert.Throws<ArgumentNullException>(mistake));

    private static void Draw(int count)
    {
        var generator = new Generator(1);
        Tensor.Randperm(count, ref generator);
    }
}
