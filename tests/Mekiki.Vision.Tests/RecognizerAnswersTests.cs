using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Images;
using Mekiki.Vision.Tests.Training;
using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests;

public class RecognizerAnswersTests
{
    private static readonly ImageSet set = Bars.Set(count: 300);
    private static readonly int[] subset = [.. Enumerable.Range(0, 150).Select(i => 298 - 2 * i)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Recognizer Trained(double validation = 0, TrainOptions? options = null)
    {
        var split = Split.Stratified(set, 0);
        if (validation > 0)
            split = split.WithValidation(set, 0, (int)(validation * split.Train.Length));
        return new Trainer(set, split, options ?? new TrainOptions { Model = "mlp", Epochs = 2, LabelSmoothing = 0.2 }).Run(Token).Recognizer;
    }

    // With and without a listener, in batches of any size: the same images, in the subset's order.
    [Theory]
    [InlineData(7, false)]
    [InlineData(64, true)]
    public void Answers_BelongToTheirImages(int batch, bool listens)
    {
        var recognizer = Trained();
        var progress = listens ? new Counting() : null;
        var answers = recognizer.Answers(set, subset, null, new LoaderOptions { BatchSize = batch }, progress, Token);
        var probabilities = Probabilities.Of(recognizer, set, subset, cancellation: Token);
        Assert.Equal(subset, Enumerable.Range(0, answers.Count).Select(n => answers[n].Image));
        Assert.All(Enumerable.Range(0, subset.Length), n =>
        {
            Assert.Equal(set.Labels[subset[n]], answers[n].Label);
            Assert.Equal(probabilities.Best(n), answers[n].Prediction);
            Assert.Equal(Math.Log(probabilities[n][answers[n].Label]), answers[n].LogProbability, 1e-4);
        });
        Assert.Equal(listens ? subset.Length : 0, progress?.Last ?? 0);
        var result = recognizer.Evaluate(set, subset, new LoaderOptions { BatchSize = batch }, null, Token);
        Assert.Equal(result.Accuracy, Figures.Of(answers).Accuracy.Value);
    }

    [Fact]
    public void Calibrate_LowersTheLoss_ChangesNoAnswer_AndIsKeptInTheFile()
    {
        using var folder = new TemporaryFolder();
        var recognizer = Trained();
        var calibrated = recognizer.Calibrate(set, subset, cancellation: Token);
        EvaluationResult before = recognizer.Evaluate(set, subset, cancellation: Token), after = calibrated.Evaluate(set, subset, cancellation: Token);
        Assert.True(after.Loss < before.Loss, $"{after.Loss} < {before.Loss}");
        Assert.Equal(before.Accuracy, after.Accuracy);
        calibrated.Save(folder["model.safetensors"]);
        var again = Recognizer.Load(folder["model.safetensors"]);
        Assert.Equal(calibrated.Card.Calibration!.Temperature, again.Card.Calibration!.Temperature);
        Assert.Equal(calibrated.Card.Calibration.Known, again.Card.Calibration.Known);
        Assert.Equal(calibrated.Card.Calibration.Sets, again.Card.Calibration.Sets);
        Assert.Equal(after.Loss, again.Evaluate(set, subset, cancellation: Token).Loss);
        Assert.Equal(recognizer.WeightsSha256, again.WeightsSha256);
        Assert.Equal(before.Loss, again.Card.Calibration.LossBefore!.Value, 1e-6);
        Assert.Equal(after.Loss, again.Card.Calibration.LossAfter!.Value, 1e-6);
        // Calibrated once more, nothing is left to do.
        Assert.Equal(after.Loss, again.Calibrate(set, subset, cancellation: Token).Card.Calibration!.LossBefore!.Value, 1e-6);
    }

    // All ways to a probability divide by the temperature alike.
    [Fact]
    public void Probabilities_AreTheSameBits_InEveryWay()
    {
        var recognizer = Trained().Calibrate(set, subset, cancellation: Token);
        var answers = recognizer.Answers(set, subset, cancellation: Token);
        var many = Probabilities.Of(recognizer, set, subset, cancellation: Token);
        var batch = new Loader(set, subset, recognizer.Preprocessing.Pipeline(set.Shape), new LoaderOptions { BatchSize = subset.Length });
        batch.Start(epoch: 0);
        var direct = recognizer.Probabilities(batch.Next()!.ToTensor());
        for (int n = 0; n < subset.Length; n++)
        {
            Assert.Equal(many[n].ToArray(), direct.Values.Slice(n * recognizer.Classes.Count, recognizer.Classes.Count).ToArray());
            Assert.Equal(answers[n].Probability, many[n][answers[n].Prediction], 1e-6f);
        }
    }

    [Fact]
    public void Trainer_WithAValidationPart_Calibrates()
    {
        Recognizer with = Trained(validation: 0.2), without = Trained();
        Assert.Null(without.Card.Calibration);
        Assert.Equal(48, with.Card.Calibration!.Images);
        // Smoothed labels make a network less sure than it may be.
        Assert.InRange(with.Card.Calibration.Temperature, 0.001, 0.95);
    }

    [Fact]
    public void Predict_SaysUnknown_AndSets_ByTheCalibration()
    {
        var recognizer = Trained(validation: 0.4);
        var options = new PredictOptions { UnknownAt = 95, UnknownBy = UnknownScore.Probability, Coverage = 90 };
        int known = 0, covered = 0;
        foreach (int i in subset)
        {
            var prediction = recognizer.Predict(ImageInput.FromPixels(set.Image(i).ToArray(), set.Shape.Width, set.Shape.Height, PixelFormat.Gray8), options);
            known += prediction.IsKnown ? 1 : 0;
            covered += prediction.Set!.Contains(set.Classes[set.Labels[i]]) ? 1 : 0;
            Assert.Equal(prediction.Label, prediction.Set![0]);
        }

        Assert.InRange(known, 130, 150);
        Assert.InRange(covered, 125, 150);
    }

    // Kept beside the model file; the same answers one by one, together, and of prepared images.
    [Fact]
    public void Predict_SaysUnknown_ByTrainingImagesBesideTheModel()
    {
        using var folder = new TemporaryFolder();
        var recognizer = Trained();
        var options = new PredictOptions { UnknownAt = 95, UnknownBy = UnknownScore.Neighbours };
        var split = Split.Stratified(set, 0);
        int[] kept = FeatureNeighbours.Sample(recognizer, set, split.Train);
        Assert.Equal(split.Train.Length, kept.Length);      // 80 of each class
        var neighbours = FeatureNeighbours.Of(recognizer, set, kept, cancellation: Token).Calibrate(recognizer, set, split.Test, cancellation: Token);
        Assert.Equal([80, 90, 95, 98, 99, 99.5], neighbours.Known.Select(k => k.Percent));
        recognizer.Save(folder["model.safetensors"]);
        Assert.Equal(folder["model.neighbours.safetensors"], neighbours.Save(recognizer, folder["model.safetensors"]));
        var again = Recognizer.Load(folder["model.safetensors"]);
        Assert.Equal((kept.Length, neighbours.Length, 0), (again.Neighbours!.Count, again.Neighbours.Length, again.Neighbours.Images.Count));
        Assert.Equal(neighbours.Known, again.Neighbours.Known);

        ImageInput[] images = [.. split.Test.Select(i => Input(set.Image(i).ToArray()))];
        Prediction[] together = [.. again.Predict(images, options with { BatchSize = 7 }, Token).Select(p => p.Prediction!)];
        double[] expected = neighbours.Scores(recognizer, set, split.Test, cancellation: Token);
        Assert.All(together.Zip(expected), p => Assert.Equal(p.Second, p.First.KnownScore, 2e-2));       // 16 bits are kept
        Assert.InRange(together.Count(p => p.IsKnown), 0.93 * images.Length, 0.97 * images.Length);
        Assert.Equal(together.Select(p => p.KnownScore), images.Select(i => again.Predict(i, options).KnownScore));
        Assert.Equal(together.Select(p => p.KnownScore), again.Predict(again.Prepare(images), [.. images.Select(_ => options)]).Select(p => p.KnownScore));
        Assert.False(again.Predict(Input([.. set.Image(0).ToArray().Select((_, i) => (byte)(i * 91))]), options).IsKnown);

        ImageInput Input(byte[] pixels) => ImageInput.FromPixels(pixels, set.Shape.Width, set.Shape.Height, PixelFormat.Gray8);
    }

    [Fact]
    public void Predict_ByTrainingImages_WithoutThem_OrWithThoseOfOtherWeights_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var image = ImageInput.FromPixels(set.Image(0).ToArray(), set.Shape.Width, set.Shape.Height, PixelFormat.Gray8);
        var options = new PredictOptions { UnknownAt = 95, UnknownBy = UnknownScore.Neighbours };
        var recognizer = Trained();
        Assert.Equal(
            "UnknownBy: expected a model with training images beside it, got one without. Keep some of them (FeatureNeighbours.Save).",
            Assert.Throws<MekikiException>(() => recognizer.Check(options)).Message);
        var neighbours = FeatureNeighbours.Of(recognizer, set, subset, cancellation: Token);
        Assert.StartsWith("UnknownAt: expected one of  percent, for which training images were kept, got 95.", Assert.Throws<MekikiException>(() => new Recognizer(recognizer.Network, recognizer.Card) { Neighbours = neighbours }.Check(options)).Message);
        Assert.StartsWith("Bars: expected images to calibrate by, got none.", Assert.Throws<MekikiException>(() => neighbours.Calibrate(recognizer, set, [], cancellation: Token)).Message, StringComparison.OrdinalIgnoreCase);
        string file = neighbours.Save(recognizer, folder["model.safetensors"]);
        var other = Trained(options: new TrainOptions { Model = "mlp", Seed = 9 });
        other.Save(folder["model.safetensors"]);
        var loaded = Recognizer.Load(folder["model.safetensors"]);
        Assert.Equal(other.Predict(image).Label, loaded.Predict(image).Label);      // who does not ask for them is not disturbed
        string message = Assert.Throws<MekikiException>(() => loaded.Predict(image, options)).Message;
        Assert.StartsWith($"{file}: expected training images of the model beside it, with the weights {other.WeightsSha256}, got those of {recognizer.WeightsSha256[..20]}", message);
        Assert.EndsWith(" The model was changed since: calibrate it again.", message);
        File.Copy(folder["model.safetensors"], file, overwrite: true);
        Assert.Equal(
            $"{file}: expected features of training images ('mekiki.neighbours'), got: a safetensors file without them. The file is damaged: calibrate the model again.",
            Assert.Throws<MekikiException>(() => Recognizer.Load(folder["model.safetensors"]).Predict(image, options)).Message);
    }

    [Fact]
    public void Predict_OfAModelThatWasNotCalibrated_IsRefused()
    {
        var image = ImageInput.FromPixels(set.Image(0).ToArray(), set.Shape.Width, set.Shape.Height, PixelFormat.Gray8);
        Assert.Equal(
            "UnknownAt: expected a model that was calibrated, got one that was not. Train with a validation set (DataOptions.Validation), or calibrate the model on images that it was not trained on (Recognizer.Calibrate).",
            Assert.Throws<MekikiException>(() => Trained().Predict(image, new PredictOptions { UnknownAt = 95 })).Message);
        Assert.Equal(
            "Coverage: expected one of 80, 90, 95 percent, for which the model was calibrated on 48 images, got 99. Choose one of them, or calibrate on more images.",
            Assert.Throws<MekikiException>(() => Trained(validation: 0.2).Predict(image, new PredictOptions { Coverage = 99 })).Message);
    }

    private sealed class Counting : IProgress<int>
    {
        public int Last { get; private set; }

        public void Report(int done) => Last = done;
    }
}
