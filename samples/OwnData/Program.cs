using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Microsoft.Data.Sqlite;
using OwnData;

// Labelled images that lie in a database: Mekiki reads and trains on them without a file.
//   OwnData scans.db        a table images (id INTEGER PRIMARY KEY, label TEXT, picture BLOB) of PNG or JPEG files
// Without a database, one with drawn characters is made in memory. Exit code 0: they are read and learned.

using var connection = new SqliteConnection(args.Length > 0 ? $"Data Source={args[0]};Mode=ReadOnly" : "Data Source=drawn;Mode=Memory;Cache=Shared");
connection.Open();
if (args.Length == 0)
    DrawnCharacters.Fill(connection, count: 3650);

var source = new SqliteImages(connection.ConnectionString);
var set = ImageSet.From(source);
Console.WriteLine($"{set.Count:N0} images of {set.Classes.Count} classes, {set.Shape}; {set.Skipped.Count} cannot be read{(set.Skipped.Count > 0 ? $": {set.Skipped[0]}" : "")}");
var result = new Trainer(set, Split.Stratified(set, seed: 0), new TrainOptions { Model = "kana-net", LearningRate = 0.004, Epochs = 3, Schedule = "one-cycle" }).Run();
Console.WriteLine($"{result.Best!.TestAccuracy:P1} of the test images are right");
return args.Length > 0 || (set.Count == 3649 && set.Skipped.Count == 1 && result.Best.TestAccuracy > 0.7) ? 0 : 1;
