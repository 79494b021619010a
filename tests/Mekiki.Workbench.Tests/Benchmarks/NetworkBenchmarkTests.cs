using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Workbench.Benchmarks;

namespace Mekiki.Workbench.Tests.Benchmarks;

public class NetworkBenchmarkTests
{
    // Per image, multiply-adds of the chapter's CNN on 1x48x48: two convolutions and the linear layer.
    private const long Conv1 = 48 * 48 * 64 * 9, Conv2 = 24 * 24 * 32 * 64 * 9, Fc3 = 12 * 12 * 32 * 73;

    private static BenchmarkOptions Short(string model) => new() { Model = model, Batch = 2, Seconds = 0.01 };

    [Fact]
    public void Flops_OfInference_AreTwoForEachMultiplyAdd() =>
        Assert.Equal(2 * 2 * (Conv1 + Conv2 + Fc3), NetworkBenchmark.Run(Short("cnn") with { Mode = BenchmarkMode.Infer }).FlopsPerStep);

    [Fact]
    public void Flops_OfTraining_AreThreeTimesAsMany_WithoutTheGradientOfTheImages() =>
        Assert.Equal(2 * 2 * (3 * (Conv1 + Conv2 + Fc3) - Conv1), NetworkBenchmark.Run(Short("cnn")).FlopsPerStep);

    [Theory]
    [InlineData("mlp", BenchmarkMode.Train)]
    [InlineData("resnet18", BenchmarkMode.Infer)]
    [InlineData("googlenet", BenchmarkMode.Train)]
    public void Run_TellsWhatItMeasured(string model, BenchmarkMode mode)
    {
        var result = NetworkBenchmark.Run(Short(model) with { Mode = mode, Channels = 3, Size = 40, Classes = 5 });
        Assert.Equal(new ImageShape(3, 40, 40), result.Input);
        Assert.InRange(result.Steps, 5, int.MaxValue);
        Assert.InRange(result.BestSeconds, 1e-9, result.MedianSeconds);
        Assert.Equal(2 / result.MedianSeconds, result.ImagesPerSecond, 1e-6 * result.ImagesPerSecond);
        Assert.InRange(result.PeakFlopsPerSecond, 1e8, 1e15);
        Assert.InRange(result.ShareOfPeak, 1e-9, 10);
        Assert.InRange(result.PeakMemoryBytes, 1_000_000, long.MaxValue);
    }

    [Fact]
    public void Size_WhenNotGiven_IsTheModels() =>
        Assert.Equal(Catalogue.Find("mlp").DefaultInput, NetworkBenchmark.Run(Short("mlp")).Input);

    [Fact]
    public void TooSmallImages_AreRefused_NotEnlarged() =>
        Assert.Equal(
            "alexnet: expected images of 63x63 pixels or more, got 48x48. Give a larger size, such as 224.",
            Assert.Throws<MekikiException>(() => NetworkBenchmark.Run(Short("alexnet") with { Size = 48 })).Message);

    [Theory]
    [InlineData(BenchmarkMode.Train)]
    [InlineData(BenchmarkMode.Infer)]
    public void WhatLearnsFromAllImagesAtOnce_IsRefused(BenchmarkMode mode) =>
        Assert.Equal(
            "Benchmark: expected a network that computes the same before and after learning, got neocognitron, which grows with what it learns. `mekiki train` and `mekiki test` tell how fast it is.",
            Assert.Throws<MekikiException>(() => NetworkBenchmark.Run(Short("neocognitron") with { Mode = mode })).Message);

    [Fact]
    public void Options_OutOfRange_SayTheRange()
    {
        Assert.Equal("Batch: expected 1 or more, got 0.", Assert.Throws<MekikiException>(() => Short("cnn") with { Batch = 0 }).Message);
        Assert.Equal("Size: expected 1 or more, got -1.", Assert.Throws<MekikiException>(() => Short("cnn") with { Size = -1 }).Message);
        Assert.Equal("Seconds: expected more than 0, got 0.", Assert.Throws<MekikiException>(() => Short("cnn") with { Seconds = 0 }).Message);
    }
}
