using BenchmarkDotNet.Attributes;
using Mekiki.Losses;
using Mekiki.Optimizers;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Benchmarks;

/// <summary>A step of Adam over the chapter's CNN, all parameters in one pass, against a loop over one array.</summary>
public class AdamBenchmarks
{
    private const float Beta1 = 0.9f, Beta2 = 0.999f, Epsilon = 1e-8f, LearningRate = 1e-3f;
    private float[] parameters = [], gradients = [], first = [], second = [];
    private Adam adam = null!;
    private int steps;

    [GlobalSetup]
    public void Prepare()
    {
        var generator = Subject.Prepare();
        var network = new Cnn(new ImageShape(1, 48, 48), 73);
        Loss.CrossEntropy(network[Tensor.Uniform([2, 1, 48, 48], ref generator)], [0, 1]).Backward();
        parameters = [.. network.Parameters().SelectMany(p => p.ToArray())];
        gradients = [.. network.Parameters().SelectMany(p => p.Grad!.ToArray())];
        (first, second) = (new float[parameters.Length], new float[parameters.Length]);
        adam = new Adam(network, LearningRate);
        adam.Step();
        PlainStep();
        Subject.Same(parameters, network.Parameters().SelectMany(p => p.ToArray()).ToArray());
    }

    [Benchmark(Baseline = true)]
    public void PlainStep()
    {
        steps++;
        float correction1 = 1 - MathF.Pow(Beta1, steps), correction2 = 1 - MathF.Pow(Beta2, steps);
        for (int i = 0; i < parameters.Length; i++)
        {
            float g = gradients[i];
            first[i] = Beta1 * first[i] + (1 - Beta1) * g;
            second[i] = Beta2 * second[i] + (1 - Beta2) * g * g;
            parameters[i] -= LearningRate * (first[i] / correction1) / (MathF.Sqrt(second[i] / correction2) + Epsilon);
        }
    }

    [Benchmark]
    public void Step() => adam.Step();
}
