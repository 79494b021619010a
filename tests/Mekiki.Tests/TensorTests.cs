namespace Mekiki.Tests;

public class TensorTests
{
    [Fact]
    public void Chapter_FirstExample_Prints8And12()
    {
        var x = Tensor.Scalar(2).WithGrad();
        var y = x * x * x;
        Assert.Equal(8, y.Item());
        y.Backward();
        Assert.Equal(12, x.Grad!.Item());
    }

    [Fact]
    public void ComputingWithIntegers_SaysWhat()
    {
        var labels = Tensor.From([1, 2], [2]);
        Assert.Equal(DType.Int64, labels.DType);
        Text("Relu: expected a float32 tensor, got Int64 (2). Cast it, or make it of floats (1f, not 1).", () => labels.Relu());
        Text("Multiply: expected a float32 tensor, got Int64 (2). Cast it, or make it of floats (1f, not 1).", () => _ = Tensor.Ones([2]) * labels);
        Text("Tensor (2): expected Int64 elements, got Float32. Make it of integers (1L, not 1f).", () => _ = Tensor.Ones([2]).Integers.Length);
    }

    private static void Text(string expected, Action action) => Assert.Equal(expected, Assert.Throws<MekikiException>(action).Message);
}
