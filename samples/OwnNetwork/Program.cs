using Mekiki.Optimizers;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;
using Mekiki.Vision.Transforms;
using OwnNetwork;

// A network of one's own, trained by Mekiki's loop: with a transform, a figure and an observer of one's own, stopped and resumed,
// saved, loaded and reported; then its stem is frozen and its head learns other classes. Exit code 0: all of it is right.

var set = KanaSet.Draw(trainCount: 7300, testCount: 730);
var split = Split.OwnOf(set)!;
var options = new TrainOptions { Epochs = 2, BatchSize = 64, LearningRate = 0.003, Schedule = "one-cycle" };
var parts = new TrainerParts
{
    MakeNetwork = (input, classes) => new Patches(input, classes),
    Augmentation = [new RandomAffine(DrawRange.Around(5), 0.05, 0.05), new Spots(Most: 3)],
    Metrics = [new Metric("worst_class", result => result.Classes.Min(c => c.Accuracy))],
};

// Once without a stop, and once with one: the weights are the same, bit for bit.
string undisturbed = new Trainer(set, split, options, parts).Run().Recognizer.WeightsSha256;
string folder = Directory.CreateTempSubdirectory("own-network-").FullName, checkpoint = Path.Combine(folder, "checkpoint.safetensors"), model = Path.Combine(folder, "model.safetensors");
var stopped = new Trainer(set, split, options, parts);
using (var stop = new CancellationTokenSource())
    Console.WriteLine($"stopped: {stopped.Run(stop.Token, new Report(stopAfter: 150, stop)).IsInterrupted}");
stopped.SaveCheckpoint(checkpoint);
var resumed = new Trainer(set, split, options, parts);
resumed.LoadCheckpoint(checkpoint);
var result = resumed.Run(observers: new Report());
Console.WriteLine($"resumed to the same weights: {result.Recognizer.WeightsSha256 == undisturbed}");

// A file, and back.
result.Recognizer.Save(model);
var loaded = Recognizer.Load(model, (input, classes) => new Patches(input, classes));
var test = loaded.Evaluate(set, split.Test);
Console.WriteLine($"loaded: {test.Accuracy:P1} right, balanced {test.BalancedAccuracy:P1}, worst class {loaded.Card.Metrics["test_worst_class"]:P1}; {test.Mistakes.Count} mistakes");

// A name of its own makes it one of the catalogue's: TrainOptions.From finds it by that.
Catalogue.Add(new ModelEntry("patches", 2026, "this sample", "a linear layer over patches, and a head", (input, classes) => new Patches(input, classes)));
new Recognizer(loaded.Network, loaded.Card with { Model = "patches" }).Save(model);
var few = Split.Stratified(set, seed: 1, trainCount: 1460, testCount: 730);
var tuned = new Trainer(set, few, new TrainOptions { Model = "patches", From = model, Epochs = 1 }, new TrainerParts
{
    Groups = network => [new ParameterGroup(((Patches)network).Stem) { LearningRate = 0 }],
}).Run();
Console.WriteLine($"head alone, from these weights: {tuned.Best!.TestAccuracy:P1} right");
Directory.Delete(folder, recursive: true);
return result.Recognizer.WeightsSha256 == undisturbed && test.Accuracy > 0.7 && tuned.Best.TestAccuracy > 0.7 ? 0 : 1;
