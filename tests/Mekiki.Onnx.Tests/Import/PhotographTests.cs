using System.Globalization;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Microsoft.ML.OnnxRuntime;

namespace Mekiki.Onnx.Tests.Import;

/// <summary>Imported networks answer photographs as ONNX Runtime does.</summary>
/// <remarks>By hand, since it takes minutes: TrashNet's photographs, or those of the folder that MEKIKI_PHOTOGRAPHS names, such as ImageNet's.</remarks>
public sealed class PhotographTests
{
    // Pixels from 0 to 255 less these, blue first, as Caffe's networks take them.
    private static readonly Preprocessing caffe = new(3, 224, 224, Mean: [123.68f / 255, 116.779f / 255, 103.939f / 255], Deviation: 1 / 255f, Fit: ImageFit.Crop);

    // With 8 bits, ONNX Runtime's own answers with and without its optimizations are alike for 98.75 % of photographs.
    [Theory(Explicit = true)]
    [InlineData("mobilenet_v2_1.0_224.onnx", 0.99)]
    [InlineData("mobilenet_v2_1.0_224-int8.onnx", 0.97)]
    [InlineData("mobilenet_v1_0.25_128.onnx", 0.99)]
    [InlineData("mobilenet_v1_0.25_128-int8.onnx", 0.97)]
    [InlineData("SqueezeNet_fp16.onnx", 0.99)]
    public void Answers_AreThoseOfOnnxRuntime(string file, double least)
    {
        string path = Shared.File($"data/{file}");
        var recognizer = OnnxImport.Load(path);
        bool isBlueFirst = file.StartsWith("Squeeze", StringComparison.Ordinal);
        var preprocessing = isBlueFirst ? caffe : recognizer.Preprocessing;
        var shape = preprocessing.Input;
        var options = new ImageSetOptions { Height = shape.Height, Width = shape.Width, Channels = 3, Fit = ImageFit.Crop, LeastClasses = 1 };
        var set = Environment.GetEnvironmentVariable("MEKIKI_PHOTOGRAPHS") is { Length: > 0 } folder ? ImageSet.From(new Photographs(folder), options) : ImageSet.Open(Shared.File("data/trashnet-256.zip"), options);
        using var sessionOptions = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(path, sessionOptions);
        string input = session.InputNames[0];
        bool isHalf = session.InputMetadata[input].ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float16;
        var loader = new Loader(set, [.. Enumerable.Range(0, set.Count)], preprocessing.Pipeline(set.Shape), new LoaderOptions { BatchSize = 1 });
        loader.Start(epoch: 0);
        int alike = 0, count = 0;
        double largest = 0;
        using var run = new RunOptions();
        while (loader.Next() is { } batch)
        {
            float[] values = batch.ToTensor().ToArray();
            if (isBlueFirst)
                values = [.. values[(2 * values.Length / 3)..], .. values[(values.Length / 3)..(2 * values.Length / 3)], .. values[..(values.Length / 3)]];
            long[] sizes = [1, 3, shape.Height, shape.Width];
            using var images = isHalf ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, v => (Float16)v), sizes) : OrtValue.CreateTensorValueFromMemory(values, sizes);
            using var results = session.Run(run, [input], [images], [session.OutputNames[0]]);
            float[] theirs = isHalf ? [.. results[0].GetTensorDataAsSpan<Float16>().ToArray().Select(v => (float)v)] : results[0].GetTensorDataAsSpan<float>().ToArray();
            float[] ours = recognizer.Scores(Tensor.From(values, [1, 3, shape.Height, shape.Width])).Softmax(-1).ToArray();
            alike += Array.IndexOf(ours, ours.Max()) == Array.IndexOf(theirs, theirs.Max()) ? 1 : 0;
            largest = Math.Max(largest, ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Max());
            count++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {alike} of {count} answers alike, {100.0 * alike / count:F2} %; largest difference of a probability {largest:G3}"));
        Assert.InRange(count, 500, int.MaxValue);
        Assert.InRange((double)alike / count, least, 1);
    }

    // All files of a folder, whatever they show.
    private sealed class Photographs(string folder) : IImageSource
    {
        private readonly string[] files = [.. Directory.EnumerateFiles(folder, "*.*", SearchOption.AllDirectories).Where(f => Path.GetExtension(f).ToUpperInvariant() is ".JPEG" or ".JPG" or ".PNG").Order(StringComparer.Ordinal)];

        public string Name => folder;

        public IReadOnlyList<string> Classes => ["photograph"];

        public int Count => files.Length;

        public int LabelOf(int index) => 0;

        public ImageInput Read(int index) => ImageInput.FromFile(files[index]);
    }
}
