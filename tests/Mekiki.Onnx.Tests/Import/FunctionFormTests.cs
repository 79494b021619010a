using Mekiki.Autograd;
using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;

namespace Mekiki.Onnx.Tests.Import;

/// <summary>Functions that exporters write as several nodes.</summary>
public sealed class FunctionFormTests
{
    private static readonly float[] numbers = [-20, -3, -1, -0.1f, 0, 0.3f, 2, 2.9f, 3, 50];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NumberTimesItsSigmoid_IsOneNode(bool gateFirst)
    {
        var plan = Plan("y", new("Sigmoid", ["x"], ["gate"]), new("Mul", gateFirst ? ["gate", "x"] : ["x", "gate"], ["y"]));
        var node = Assert.Single(FunctionForm.Nodes(plan));
        Assert.Equal((FunctionForm.Silu, QuantizedForm.Domain), (node.Operator, node.Domain));
        Check(plan, x => x / (1 + Math.Exp(-x)));
    }

    [Fact]
    public void NumberTimesItsHardSigmoid_IsOneNode()
    {
        var plan = Plan("y", Hard(0.1666667f), new("Mul", ["x", "gate"], ["y"]));
        Assert.Equal("HardSwish", Assert.Single(FunctionForm.Nodes(plan)).Operator);
        Check(plan, x => x * Math.Clamp(x / 6 + 0.5, 0, 1));
    }

    [Fact]
    public void HardSigmoidOfAnotherSlope_StaysAsItIs()
    {
        var plan = Plan("y", Hard(0.2f), new("Mul", ["x", "gate"], ["y"]));
        Assert.Equal(["HardSigmoid", "Mul"], FunctionForm.Nodes(plan).Select(n => n.Operator));
        Check(plan, x => x * Math.Clamp(x * 0.2 + 0.5, 0, 1));
    }

    [Fact]
    public void GateThatIsReadElsewhereToo_StaysAsItIs()
    {
        var plan = Plan("z", new("Sigmoid", ["x"], ["gate"]), new("Mul", ["x", "gate"], ["y"]), new("Add", ["y", "gate"], ["z"]));
        Assert.Equal(["Sigmoid", "Mul", "Add"], FunctionForm.Nodes(plan).Select(n => n.Operator));
        Check(plan, x => (x + 1) / (1 + Math.Exp(-x)));
    }

    [Fact]
    public void GateOfAnotherNumber_StaysAsItIs()
    {
        var plan = Plan("y", new("Tanh", ["x"], ["t"]), new("Sigmoid", ["t"], ["gate"]), new("Mul", ["x", "gate"], ["y"]));
        Assert.Equal(3, FunctionForm.Nodes(plan).Count);
        Check(plan, x => x / (1 + Math.Exp(-Math.Tanh(x))));
    }

    private static GraphNode Hard(float slope) => new("HardSigmoid", ["x"], ["gate"]) { Attributes = new Dictionary<string, AttributeValue> { ["alpha"] = slope, ["beta"] = 0.5f } };

    private static GraphPlan Plan(string output, params GraphNode[] nodes) => GraphPlan.Of(
        new Graph
        {
            Operators = new Dictionary<string, long> { [""] = 17 },
            Nodes = nodes,
            Inputs = [new GraphValue("x", ElementType.Float, ["N", 10L])],
            Outputs = [new GraphValue(output, ElementType.Float, null)],
        },
        "test");

    private static void Check(GraphPlan plan, Func<double, double> f)
    {
        using var off = Gradients.Off();
        float[] results = new GraphNetwork(plan)[Tensor.From(numbers, [1, numbers.Length])].ToArray();
        for (int i = 0; i < numbers.Length; i++)
            Assert.Equal(f(numbers[i]), results[i], 1e-5 * Math.Max(1, Math.Abs(numbers[i])));
    }
}
