using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Images;
using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests.Training;

/// <summary>Images of any number of labels: a bar at the left, a bar at the top, both, or none.</summary>
public sealed class LabelTrainingTests : IDisposable
{
    private static readonly ImageSet set = ImageSet.FromDrawing("bars", new ImageShape(1, 12, 12), [.. Enumerable.Range(0, 96).Select(i => i % 4)],
        [LabelSet.Of(), LabelSet.Of("left"), LabelSet.Of("top"), LabelSet.Of("left", "top")], (i, image) =>
        {
            var generator = new Generator(7, (ulong)i);
            for (int p = 0; p < image.Length; p++)
                image[p] = (byte)(generator.NextInt32(80) + (((i & 1) != 0 && p % 12 < 4) || ((i & 2) != 0 && p < 48) ? 150 : 0));
        });

    private static readonly Split split = Split.Stratified(set, 0, 72, 24);
    private static readonly TrainOptions options = new() { Model = "mlp", Epochs = 8, BatchSize = 12, Augmentation = "none", LearningRate = 0.01 };
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Network_LearnsEachLabel_AndItsFileKeepsThat()
    {
        var result = new Trainer(set, split, options).Run(Token);
        Assert.Equal(["left", "top"], result.Recognizer.Classes);
        Assert.True(result.Recognizer.Card.IsMultiLabel);
        Assert.InRange(result.Best!.Test!.Metrics!["mean_average_precision"], 0.95, 1);
        Assert.InRange(result.Best.TestAccuracy!.Value, 0.85, 1);
        Assert.Equal(result.Best.Test.Metrics["macro_f1"], result.Recognizer.Card.Metrics["test_macro_f1"]);
        result.Recognizer.Save(folder["model.safetensors"]);
        var again = Recognizer.Load(folder["model.safetensors"]);
        Assert.True(again.Card.IsMultiLabel);
        var evaluated = again.Evaluate(set, split.Test, cancellation: Token);
        Assert.Equal(result.Best.Test.Loss, evaluated.Loss);
        Assert.Equal(["left", "top"], evaluated.MultiLabel!.Labels.Select(l => l.Label));

        int both = split.Test.First(i => set.Labels[i] == 3), none = split.Test.First(i => set.Labels[i] == 0);
        var prediction = again.Predict(ImageInput.FromPixels(set.Image(both).ToArray(), 12, 12, PixelFormat.Gray8));
        Assert.Equal(["left", "top"], prediction.Labels!.Select(l => l.Label).Order());
        Assert.True(prediction.Top.Sum(t => t.Probability) > 1.2);
        Assert.Empty(again.Predict(ImageInput.FromPixels(set.Image(none).ToArray(), 12, 12, PixelFormat.Gray8)).Labels!);
        Assert.Single(again.Predict(ImageInput.FromPixels(set.Image(both).ToArray(), 12, 12, PixelFormat.Gray8), new PredictOptions { Threshold = prediction.Top[0].Probability }).Labels!);
        Assert.Equal(prediction.Top[0].Probability, Probabilities.Of(again, set, [both], cancellation: Token)[0].ToArray().Max());
    }

    // The validation part fits each label; the file keeps it, and answers follow it.
    [Fact]
    public void Validation_FitsEachLabel()
    {
        var parts = split.WithValidation(set, 0, 24);
        var result = new Trainer(set, parts, options with { Epochs = 3 }).Run(Token);
        var calibration = result.Recognizer.Card.LabelCalibration!;
        Assert.Equal((2, 24), (calibration.Labels.Count, calibration.Images));
        Assert.True(calibration.LossAfter <= calibration.LossBefore);
        result.Recognizer.Save(folder["calibrated.safetensors"]);
        var again = Recognizer.Load(folder["calibrated.safetensors"]);
        Assert.Equal(calibration.Labels, again.Card.LabelCalibration!.Labels);

        // Only the end of the network's answer changes: sigmoid(a s + b), and from which on a label is told.
        var raw = new Recognizer(again.Network, again.Card with { LabelCalibration = null });
        LabelAnswers before = raw.LabelAnswers(set, parts.Test, cancellation: Token), after = again.LabelAnswers(set, parts.Test, cancellation: Token);
        for (int n = 0; n < after.Count; n++)
        {
            var labels = again.Predict(ImageInput.FromPixels(set.Image(after.ImageOf(n)).ToArray(), 12, 12, PixelFormat.Gray8)).Labels!;
            for (int k = 0; k < 2; k++)
            {
                var scale = calibration.Labels[k];
                Assert.Equal(1 / (1 + Math.Exp(-(scale.Slope * before.Score(n, k) + scale.Offset))), after.Probability(n, k), 5);
                Assert.Equal(after.Probability(n, k) >= scale.Threshold, after.IsPredicted(n, k));
                Assert.Equal(after.IsPredicted(n, k), labels.Contains(new LabelProbability(again.Classes[k], after.Probability(n, k))));
            }
        }

        Assert.Equal(before.Result().MultiLabel!.MeanAveragePrecision, after.Result().MultiLabel!.MeanAveragePrecision, 9);
        // Fitted again it is the same, whatever was fitted before.
        Assert.Equal(calibration.Labels, again.Calibrate(set, parts.Validation, cancellation: Token).Card.LabelCalibration!.Labels);
    }

    [Theory]
    [InlineData(0.4, 0.0)]
    [InlineData(0.0, 1.0)]
    public void Mixtures_AndStops_KeepTheBits(double mixup, double cutmix)
    {
        var recipe = options with { Epochs = 2, Mixup = mixup, CutMix = cutmix, LabelSmoothing = 0.1, Accumulate = 2, Ema = 0.9 };
        string whole = new Trainer(set, split.WithValidation(set, 0, 12), recipe).Run(Token).Recognizer.WeightsSha256;
        using var source = new CancellationTokenSource();
        var trainer = new Trainer(set, split.WithValidation(set, 0, 12), recipe with { Threads = 1 });
        Assert.True(trainer.Run(source.Token, new StopAfter(source, 3)).IsInterrupted);
        trainer.SaveCheckpoint(folder["checkpoint"]);
        var again = new Trainer(set, split.WithValidation(set, 0, 12), recipe);
        again.LoadCheckpoint(folder["checkpoint"]);
        Assert.Equal(whole, again.Run(Token).Recognizer.WeightsSha256);
    }

    [Fact]
    public void LinearHead_LearnsEachLabel()
    {
        var three = Bars.Set();
        var begin = new Trainer(three, Split.Stratified(three, 0, 72, 24), new() { Model = "resnet20", Epochs = 2, BatchSize = 16, Augmentation = "none" }).Run(Token).Recognizer;
        var kept = new LinearHeadOptions { CacheFolder = folder["features"] };
        var head = LinearHead.Fit(begin, set, split, kept, cancellation: Token);
        Assert.True(head.Recognizer.Card.IsMultiLabel);
        Assert.InRange(head.Accuracy, 0.9, 1);
        Assert.InRange(head.Recognizer.Evaluate(set, split.Test, cancellation: Token).MultiLabel!.MeanAveragePrecision, 0.95, 1);
        head.Recognizer.Save(folder["start.safetensors"]);
        var tuned = new Trainer(set, split, new() { Model = "pretrained", From = folder["start.safetensors"], Epochs = 1, BatchSize = 16, LearningRate = 1e-3, Augmentation = "none" }).Run(Token);
        Assert.InRange(tuned.Best!.TestAccuracy!.Value, 0.8, 1);
        Assert.Equal("Head: expected logistic regression for images of any number of labels (bars), got Svm. Leave it out.", Message(() => LinearHead.Fit(begin, set, split, kept with { Kind = HeadKind.Svm }, cancellation: Token)));
    }

    [Fact]
    public void WhatIsNotForLabels_IsTold()
    {
        const string Got = "got it with images of any number of labels (bars)";
        Assert.Equal($"Balance: expected none, {Got}. Leave it out.", Message(() => new Trainer(set, split, options with { Balance = Balance.Sampling })));
        Assert.Equal($"Shift: expected 0, {Got}. Set it to 0.", Message(() => new Trainer(set, split, options with { Shift = 1 })));
        Assert.Equal($"Model: expected a network that learns by steps, {Got}. Choose another.", Message(() => new Trainer(set, split, new TrainOptions { Model = "sift-fisher-svm" })));
        var recognizer = new Trainer(set, split, options with { Epochs = 1 }).Recognizer;
        Assert.Equal("bars: expected a model and images of one class each, got a model of any number of labels. Recognizer.Evaluate tells mAP and F1 of them.", Message(() => recognizer.Answers(set)));
        Assert.Equal("UnknownAt: expected a model that tells one class, got one of any number of labels, which may have none. Leave it out.", Message(() => { recognizer.Check(new PredictOptions { UnknownAt = 95 }); return 0; }));
        Assert.Equal("Coverage: expected a model that tells one class, got one of any number of labels, which may have none. Leave it out.", Message(() => { recognizer.Check(new PredictOptions { Coverage = 95 }); return 0; }));
        var single = Bars.Set();
        Assert.Equal($"{single.Source}: expected images with any number of labels each, as the model was trained on, got images with one class each. Give other images.", Message(() => recognizer.Evaluate(single)));
        var other = new Trainer(single, Split.Stratified(single, 0), new TrainOptions { Model = "mlp" }).Recognizer;
        Assert.Equal("bars: expected images with one class each, as the model was trained on, got images with any number of labels each. Give other images.", Message(() => other.Evaluate(set)));
    }

    private static string Message(Func<object> make) => Assert.Throws<MekikiException>(() => make()).Message;
}
