using BenchmarkDotNet.Attributes;
using Mekiki.Autograd;

namespace Mekiki.Benchmarks;

/// <summary>The first layer of the chapter's MLP and the last of its CNN against loops over their definition.</summary>
public class LinearBenchmarks
{
    private const int Rows = 32;
    private float[] plainX = [], plainWeight = [];
    private Tensor x = null!, weight = null!;

    [Params("2304 to 64", "4608 to 73")]
    public string Layer { get; set; } = "";

    private int Inputs => int.Parse(Layer[..4], System.Globalization.CultureInfo.InvariantCulture);

    private int Outputs => int.Parse(Layer[^2..], System.Globalization.CultureInfo.InvariantCulture);

    [GlobalSetup]
    public void Prepare()
    {
        var generator = Subject.Prepare();
        plainX = Subject.Numbers(Rows * Inputs, ref generator);
        plainWeight = Subject.Numbers(Outputs * Inputs, ref generator);
        x = Tensor.From(plainX, [Rows, Inputs]);
        weight = Tensor.From(plainWeight, [Outputs, Inputs]);
        Subject.Same(PlainForward(), x.Linear(weight).Values);
    }

    [Benchmark(Baseline = true)]
    public float[] PlainForward()
    {
        int inputs = Inputs, outputs = Outputs;
        var y = new float[Rows * outputs];
        for (int n = 0; n < Rows; n++)
            for (int o = 0; o < outputs; o++)
            {
                float sum = 0;
                for (int i = 0; i < inputs; i++)
                    sum += plainX[n * inputs + i] * plainWeight[o * inputs + i];
                y[n * outputs + o] = sum;
            }

        return y;
    }

    [Benchmark]
    public void Forward()
    {
        using var pause = Gradients.Off();
        x.Linear(weight).Release();
    }
}
