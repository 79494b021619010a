using Mekiki.Vision.Data;
using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests.Training;

public class ScaledRateTests
{
    [Theory]
    [InlineData(32, 1, 1, 0)]
    [InlineData(256, 8, 8, 20)]
    [InlineData(64, 16, 32, 20)]
    [InlineData(16, 1, 0.5, 0)]
    public void Factor_IsTheImagesOfAStepOver32_AfterAWarmUp(int batch, int accumulate, double factor, long warmup)
    {
        var options = new TrainOptions { BatchSize = batch / (accumulate == 8 ? 8 : 1), Accumulate = accumulate, ScaleRate = true };
        Assert.Equal((factor, warmup), ScaledRate.Of(options, stepsPerEpoch: 10, steps: 100));
        Assert.Null(ScaledRate.Of(options with { ScaleRate = false }, 10, 100));
    }

    [Fact]
    public void Rate_GoesInAStraightLineFromTheUsualToTheScaled()
    {
        var schedule = new ScaledRate(new Mekiki.Schedules.Constant(0.1), Factor: 5, Warmup: 4);
        double[] expected = [0.1, 0.2, 0.3, 0.4, 0.5, 0.5];
        Assert.All(Enumerable.Range(0, 6), step => Assert.Equal(expected[step], schedule.LearningRateAt(step), 1e-12));
    }

    [Fact]
    public void Trainer_UsesIt_AndSaysSo()
    {
        var set = Bars.Set();
        var split = Split.Stratified(set, 0, 72, 24);
        var options = new TrainOptions { Model = "three-layer", BatchSize = 8, Accumulate = 8, LearningRate = 0.001, Schedule = "constant", ScaleRate = true };
        var trainer = new Trainer(set, split, options);
        Assert.Equal("The linear rule (Goyal et al., 2017) multiplies the learning rate by 2, from 0.001 to 0.002, for 64 images a step.", trainer.RateScale);
        trainer.Run(TestContext.Current.CancellationToken);
        Assert.Equal(0.002, trainer.LearningRate);
        Assert.Null(new Trainer(set, split, options with { ScaleRate = false }).RateScale);
    }
}
