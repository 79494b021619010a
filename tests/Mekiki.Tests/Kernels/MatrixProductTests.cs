using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Tests.Kernels;

/// <summary>Matrix products of every shape that is carried out in a way of its own, against the sums that define them, in double precision.</summary>
[Collection(nameof(VectorWidth))]
public unsafe class MatrixProductTests
{
    private const double Bound = 3e-6;

    public static TheoryData<int, int, int> Sizes => new()
    {
        // rows, columns, depth
        { 5, 7, 3 },
        { 64, 200, 32 },
        { 16, 1100, 130 },
        { 32, 1027, 65 },
        { 33, 1030, 200 },
        { 200, 72, 16 },
        { 411, 150, 9 },
        { 13, 1024, 64 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Product_AnySize_EqualsItsDefinition(int rows, int columns, int depth)
    {
        var generator = new Generator(3);
        float[] a = Naive.Random(ref generator, rows * depth), b = Naive.Random(ref generator, depth * columns), before = Naive.Random(ref generator, rows * columns);
        foreach (bool turned in (bool[])[false, true])
            foreach (bool add in (bool[])[false, true])
            {
                var expected = new double[rows * columns];
                for (int i = 0; i < rows; i++)
                    for (int j = 0; j < columns; j++)
                    {
                        expected[i * columns + j] = add ? before[i * columns + j] : 0;
                        for (int k = 0; k < depth; k++)
                            expected[i * columns + j] += (double)a[turned ? k * rows + i : i * depth + k] * b[k * columns + j];
                    }

                foreach (int bits in VectorWidths.All)
                {
                    using var scope = VectorWidths.Use(bits);
                    var c = Tensor.From(before, [rows, columns]);
                    Tensor left = Tensor.From(a, [rows, depth]), right = Tensor.From(b, [depth, columns]);
                    MatrixProduct.Run(left.Pointer, turned ? 1 : depth, turned ? rows : 1, right.Pointer, columns, c.Pointer, columns, rows, columns, depth, add);
                    Assert.InRange(Naive.Distance(expected, c.ToArray()), 0, Bound);
                    GC.KeepAlive((left, right));
                }
            }
    }

    [Theory]
    [InlineData(1, 5, 40)]
    [InlineData(16, 13, 2309)]
    [InlineData(33, 73, 64)]
    [InlineData(6, 25, 7)]
    public void DotProducts_AnySize_EqualTheirDefinition(int rows, int outputs, int depth)
    {
        var generator = new Generator(4);
        float[] a = Naive.Random(ref generator, rows * depth), b = Naive.Random(ref generator, outputs * depth), bias = Naive.Random(ref generator, outputs);
        var expected = new double[rows * outputs];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < outputs; j++)
                expected[i * outputs + j] = bias[j] + Enumerable.Range(0, depth).Sum(k => (double)a[i * depth + k] * b[j * depth + k]);
        foreach (int bits in VectorWidths.All)
        {
            using var scope = VectorWidths.Use(bits);
            var y = Tensor.From(a, [rows, depth]).Linear(Tensor.From(b, [outputs, depth]), Tensor.From(bias, [outputs]));
            Assert.InRange(Naive.Distance(expected, y.ToArray()), 0, Bound);
        }
    }
}
