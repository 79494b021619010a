using System.Diagnostics;
using Mekiki.Autograd;
using Mekiki.Optimizers;
using Mekiki.Threading;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Benchmarks;

/// <summary>Times a network alone, on random images that lie in memory: no loading, no augmentation.</summary>
public static class NetworkBenchmark
{
    private const int WarmUpSteps = 3, LeastSteps = 5;
    private const double WarmUpSeconds = 0.5;

    /// <summary>Warms up, then makes steps for as long as the options say.</summary>
    /// <param name="options">What is timed.</param>
    /// <exception cref="MekikiException">The model is unknown, or cannot work on such images.</exception>
    public static BenchmarkResult Run(BenchmarkOptions options)
    {
        var subject = new Subject(options);
        double peak = FmaPeak.Measure();
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < WarmUpSteps || watch.Elapsed.TotalSeconds < WarmUpSeconds; i++)
            subject.Step();

        var seconds = new List<double>();
        watch.Restart();
        while (watch.Elapsed.TotalSeconds < options.Seconds || seconds.Count < LeastSteps)
        {
            long start = Stopwatch.GetTimestamp();
            subject.Step();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        seconds.Sort();
        peak = Math.Max(peak, FmaPeak.Measure());
        long memory = Machine.PeakMemoryBytes;
        return new(options, subject.Input, Workers.Count, seconds.Count, seconds[seconds.Count / 2], seconds[0], subject.Flops(), peak, memory);
    }

    /// <summary>A network with a batch, and what is done with them.</summary>
    private sealed class Subject
    {
        private readonly BenchmarkOptions options;
        private readonly Module network;
        private readonly Tensor images;
        private readonly long[] labels;
        private readonly Adam? adam;
        private long step, multiplyAdds;

        public Subject(BenchmarkOptions options)
        {
            this.options = options;
            var entry = Catalogue.Find(options.Model);
            int side = options.Size ?? entry.DefaultInput.Height;
            Input = new ImageShape(options.Channels, side, side);
            if (entry.InputFor(Input) != Input)
                throw new MekikiException($"{entry.Name}: expected images of {entry.LeastSide}x{entry.LeastSide} pixels or more, got {side}x{side}. Give a larger size, such as {entry.EnlargedSide}.");
            if (entry.IsFitted && options.Mode == BenchmarkMode.Train)
                throw new MekikiException($"--mode: expected infer, got train: {entry.Name} learns from all images at once, not by steps that could be timed.");
            network = entry.Create(Input, options.Classes);
            var generator = new Generator(0);
            images = Tensor.Uniform([options.Batch, options.Channels, side, side], ref generator);
            labels = new long[options.Batch];
            foreach (ref long label in labels.AsSpan())
                label = generator.NextInt32(options.Classes);
            if (options.Mode == BenchmarkMode.Train)
                adam = new Adam(network, learningRate: 1e-3);
            else
                network.Eval();
        }

        public ImageShape Input { get; }

        public void Step()
        {
            if (adam is null)
                Infer();
            else
                Train(adam);
        }

        /// <summary>Floating-point operations of a step; known after the first.</summary>
        public long Flops()
        {
            if (adam is not null)
                return 2 * multiplyAdds;
            // One recorded image is enough to count, and takes little memory.
            var image = Tensor.From(images.Values[..Input.Length], [1, Input.Channels, Input.Height, Input.Width]);
            return 2 * options.Batch * GraphWork.MultiplyAdds(network[image]).Forward;
        }

        private void Infer()
        {
            using var pause = Gradients.Off();
            _ = network[images];
        }

        private void Train(Adam adam)
        {
            network.BeginStep(seed: 0, step++);
            var loss = network.LossOf(network[images], labels);
            if (multiplyAdds == 0)
            {
                var (forward, backward) = GraphWork.MultiplyAdds(loss);
                multiplyAdds = forward + backward;
            }

            adam.ZeroGrad();
            loss.Backward();
            adam.Step();
        }
    }
}
