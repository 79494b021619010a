using Mekiki.Autograd;
using Mekiki.Layers;

namespace Mekiki.Tests.Contracts;

/// <summary>Modules evaluate on one thread while they train on others.</summary>
public class EvaluationModeTests
{
    [Fact]
    public void Module_EvaluatesOnThisThreadAlone_UntilTheEnd()
    {
        var dropout = new Dropout(1);
        using (EvaluationMode.On())
        {
            Assert.False(dropout.IsTraining);
            Assert.Equal([1f, 1], dropout[Tensor.Ones([2])].ToArray());
            bool? elsewhere = null;
            var thread = new Thread(() => elsewhere = dropout.IsTraining);
            thread.Start();
            thread.Join();
            Assert.True(elsewhere);
        }

        Assert.True(dropout.IsTraining);
        Assert.Equal([0f, 0], dropout[Tensor.Ones([2])].ToArray());
    }

    [Fact]
    public void Nested_EndsWithTheOutermost()
    {
        using (EvaluationMode.On())
        {
            var inner = EvaluationMode.On();
            inner.Dispose();
            inner.Dispose();
            Assert.True(EvaluationMode.IsOn);
        }

        Assert.False(EvaluationMode.IsOn);
    }
}
