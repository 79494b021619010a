using System.Diagnostics;
using Mekiki.Autograd;
using Mekiki.Optimizers;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Transforms;

namespace Mekiki.Workbench.Benchmarks;

/// <summary>Times a network alone, on random images that lie in memory, without loading or augmentation; or these alone.</summary>
public static class NetworkBenchmark
{
    private const int WarmUpSteps = 3, LeastSteps = 5;
    private const double WarmUpSeconds = 0.5;

    /// <summary>Warms up, then makes steps for as long as the options say.</summary>
    /// <param name="options">What is timed.</param>
    /// <exception cref="MekikiException">The model is unknown, or cannot work on such images.</exception>
    public static BenchmarkResult Run(BenchmarkOptions options)
    {
        ISubject subject = options.Mode == BenchmarkMode.Load ? new LoaderSubject(options) : new NetworkSubject(options);
        double peak = Machine.MeasurePeakFlopsPerSecond();
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < WarmUpSteps || watch.Elapsed.TotalSeconds < WarmUpSeconds; i++)
            subject.Step();

        var seconds = new List<double>();
        watch.Restart();
        while (watch.Elapsed.TotalSeconds < options.Seconds || seconds.Count < LeastSteps)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < subject.StepsTogether; i++)
                subject.Step();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds / subject.StepsTogether);
        }

        seconds.Sort();
        peak = Math.Max(peak, Machine.MeasurePeakFlopsPerSecond());
        long memory = Machine.PeakMemoryBytes;
        return new(options, subject.Input, Threads.Count, seconds.Count, seconds[seconds.Count / 2], seconds[0], subject.Flops(), peak, memory);
    }

    /// <summary>What is timed.</summary>
    private interface ISubject
    {
        ImageShape Input { get; }

        /// <summary>How many steps are timed as one, where one may be ready before it is asked for.</summary>
        int StepsTogether { get; }

        void Step();

        /// <summary>Floating-point operations of a step; known after the first.</summary>
        long Flops();
    }

    /// <summary>The input of a model, for the options.</summary>
    private static ImageShape InputOf(ModelEntry entry, BenchmarkOptions options)
    {
        int side = options.Size ?? entry.DefaultInput.Height;
        var input = new ImageShape(options.Channels, side, side);
        return entry.InputFor(input) == input
            ? input
            : throw new MekikiException($"{entry.Name}: expected images of {entry.LeastSide}x{entry.LeastSide} pixels or more, got {side}x{side}. Give a larger size, such as {entry.EnlargedSide}.");
    }

    /// <summary>A loader with random images in memory.</summary>
    private sealed class LoaderSubject : ISubject
    {
        private const int MostImages = 8192, MostBytes = 64 << 20;

        private readonly Loader loader;
        private int epoch;

        public LoaderSubject(BenchmarkOptions options)
        {
            Input = InputOf(Catalogue.Find(options.Model), options);
            int count = Math.Max(options.Batch, Math.Min(MostImages, MostBytes / Input.Length));
            var labels = new int[count];
            var set = ImageSet.FromDrawing("noise", Input, labels, ["0"], (index, pixels) =>
            {
                var generator = new Generator(0, (ulong)index);
                foreach (ref byte pixel in pixels)
                    pixel = (byte)generator.NextInt32(256);
            });
            Transform[] steps = [.. Augmentation.Find("chapter").Steps, new ToTensor()];
            loader = new Loader(set, [.. Enumerable.Range(0, count)], new Pipeline(steps), new LoaderOptions { BatchSize = options.Batch, Shuffle = true, DropLast = true, Threads = Threads.Count });
            loader.Start(epoch);
        }

        public ImageShape Input { get; }

        public int StepsTogether => 64;

        public void Step()
        {
            if (loader.Next() is not null)
                return;
            loader.Start(++epoch);
            loader.Next();
        }

        public long Flops() => 0;
    }

    /// <summary>A network with a batch, and what is done with them.</summary>
    private sealed class NetworkSubject : ISubject
    {
        private readonly BenchmarkOptions options;
        private readonly Module network;
        private readonly Tensor images;
        private readonly long[] labels;
        private readonly Adam? adam;
        private long step, multiplyAdds;

        public NetworkSubject(BenchmarkOptions options)
        {
            this.options = options;
            var entry = Catalogue.Find(options.Model);
            Input = InputOf(entry, options);
            if (entry.IsFitted)
                throw new MekikiException($"Benchmark: expected a network that computes the same before and after learning, got {entry.Name}, which grows with what it learns. `mekiki train` and `mekiki test` tell how fast it is.");
            network = entry.Create(Input, options.Classes);
            var generator = new Generator(0);
            images = Tensor.Uniform([options.Batch, Input.Channels, Input.Height, Input.Width], ref generator);
            labels = new long[options.Batch];
            foreach (ref long label in labels.AsSpan())
                label = generator.NextInt32(options.Classes);
            if (options.Mode == BenchmarkMode.Train)
                adam = new Adam(network, learningRate: 1e-3);
            else
                network.Eval();
        }

        public ImageShape Input { get; }

        public int StepsTogether => 1;

        public void Step()
        {
            if (adam is null)
                Infer();
            else
                Train(adam);
        }

        public long Flops()
        {
            if (adam is not null)
                return 2 * multiplyAdds;
            // One recorded image is enough to count, and takes little memory.
            var image = Tensor.From(images.Values[..Input.Length], [1, Input.Channels, Input.Height, Input.Width]);
            return 2 * options.Batch * MultiplyAdds.Of(network[image]).Forward;
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
                var (forward, backward) = MultiplyAdds.Of(loss);
                multiplyAdds = forward + backward;
            }

            adam.ZeroGrad();
            loss.Backward();
            adam.Step();
        }
    }
}
