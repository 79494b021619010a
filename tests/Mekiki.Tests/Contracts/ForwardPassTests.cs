using Mekiki.Autograd;
using Mekiki.Layers;

namespace Mekiki.Tests.Contracts;

/// <summary>Results of the modules inside of a network can be seen.</summary>
public class ForwardPassTests
{
    private static readonly Sequential net = new(new Linear(3, 4), new Relu());
    private static readonly Tensor x = Tensor.Ones([2, 3]);

    [Fact]
    public void Watch_ShowsEveryModule_PartsFirst()
    {
        var seen = new List<(string, Shape)>();
        Tensor? hidden = null;
        float[] expected;
        using (Gradients.Off())
        using (ForwardPass.Watch((module, result) =>
        {
            seen.Add((module.GetType().Name, result.Shape));
            hidden ??= result.Detach();
        }))
            expected = net[x].ToArray();
        Assert.Equal([("Linear", [2, 4]), ("Relu", [2, 4]), ("Sequential", [2, 4])], seen);
        Assert.Equal(expected, hidden!.Relu().ToArray());
        _ = net[x];
        Assert.Equal(3, seen.Count);
    }

    [Fact]
    public void Nested_BothSee_AndTheOuterGoesOn()
    {
        int outer = 0, inner = 0;
        using (ForwardPass.Watch((_, _) => outer++))
        {
            using (ForwardPass.Watch((_, _) => inner++))
                _ = net[x];
            _ = net[x];
        }

        Assert.Equal((6, 3), (outer, inner));
    }

    [Fact]
    public void OtherThread_SeesNothing()
    {
        int seen = 0;
        using (ForwardPass.Watch((_, _) => Interlocked.Increment(ref seen)))
        {
            var thread = new Thread(() => _ = net[x]);
            thread.Start();
            thread.Join();
        }

        Assert.Equal(0, seen);
    }
}
