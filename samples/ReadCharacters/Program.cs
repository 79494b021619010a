using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Training;

// Trains a recognizer of 73 hiragana on characters that Mekiki draws itself, saves it, loads it, and reads characters in every
// way in which a program may have them. `ReadCharacters MODEL IMAGE…` reads files. Exit code 0: it reads most of them.

if (args.Length > 1)
{
    var given = Recognizer.Load(args[0]);
    foreach (var seen in given.Predict(args[1..], new PredictOptions { Threshold = 0.9f }))
        Console.WriteLine(seen.Prediction is { } p ? $"{seen.Image}: {p.Label} {p.Probability:P1}{(p.IsAccepted ? "" : ", unsure")}" : $"{seen.Image}: {seen.Error}");
    return 0;
}

var set = KanaSet.Draw(trainCount: 7300, testCount: 730);
var split = Split.OwnOf(set)!;
var result = new Trainer(set, split, new TrainOptions { Model = "kana-net", LearningRate = 0.004, Epochs = 2, Schedule = "one-cycle" }).Run();
Console.WriteLine($"trained in {result.TrainSeconds:0} s: {result.Best!.TestAccuracy:P1} of {split.Test.Length} characters by other hands are right");

string file = Path.Combine(Path.GetTempPath(), $"characters-{Guid.NewGuid():N}.safetensors");
result.Recognizer.Save(file);
var recognizer = Recognizer.Load(file);
File.Delete(file);

// Pixels in memory: rows of bytes, here of one grey value each.
int right = 0;
foreach (int i in split.Test)
    right += recognizer.Predict(ImageInput.FromPixels(set.Image(i).ToArray(), 48, 48, PixelFormat.Gray8)).Label == set.Classes[set.Labels[i]] ? 1 : 0;
Console.WriteLine($"one by one from memory: {right} of {split.Test.Length} are right");

// What the network sees in them: similar characters have similar features.
var features = recognizer.Features(recognizer.Prepare(ImageInput.FromPixels(set.Image(split.Test[0]).ToArray(), 48, 48, PixelFormat.Gray8)));
Console.WriteLine($"features of {set.Classes[set.Labels[split.Test[0]]]}: {features.Shape[1]} numbers");
return right > split.Test.Length * 0.8 ? 0 : 1;
