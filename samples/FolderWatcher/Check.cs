using Mekiki.Logging;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using SkiaSharp;

namespace FolderWatcher;

/// <summary>Tries the sorter: files that are there before it starts, files that come later, and one that is no image.</summary>
internal static class Check
{
    public static async Task<int> Run()
    {
        string inbox = Directory.CreateTempSubdirectory("inbox-").FullName;
        try
        {
            var builder = Host.CreateApplicationBuilder();
            var set = KanaSet.Draw(trainCount: 7300, testCount: 73);
            var split = Split.OwnOf(set)!;
            builder.Services.AddSingleton(services => new Trainer(set, split, new TrainOptions { Model = "kana-net", LearningRate = 0.004, Epochs = 2, Schedule = "one-cycle" })
                .Run(observers: new TrainingLogger(services.GetRequiredService<ILogger<Trainer>>())).Recognizer);
            builder.Services.Configure<SorterOptions>(o => (o.Folder, o.Threshold) = (inbox, 0));
            builder.Services.AddHostedService<Sorter>();
            using var host = builder.Build();
            Write(set, split.Test[..20], inbox);
            await host.StartAsync();
            Write(set, split.Test[20..], inbox);
            await File.WriteAllTextAsync(Path.Combine(inbox, "text.png"), "no image");

            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (Directory.EnumerateFiles(inbox).Any())
                await Task.Delay(50, patience.Token);
            await host.StopAsync();
            int right = split.Test.Count(i => File.Exists(Path.Combine(inbox, set.Classes[set.Labels[i]], $"{i}.png")));
            bool isTextApart = File.Exists(Path.Combine(inbox, "unreadable", "text.png"));
            Console.WriteLine($"{right} of {split.Test.Length} images lie in the right folder; the text is {(isTextApart ? "" : "not ")}among the unreadable");
            return right > 0.7 * split.Test.Length && isTextApart ? 0 : 1;
        }
        finally
        {
            Directory.Delete(inbox, recursive: true);
        }
    }

    private static void Write(ImageSet set, int[] images, string folder)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(set.Shape.Width, set.Shape.Height, SKColorType.Gray8, SKAlphaType.Opaque));
        foreach (int i in images)
        {
            set.Image(i).CopyTo(bitmap.GetPixelSpan());
            using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            using var file = File.Create(Path.Combine(folder, $"{i}.png"));
            png.SaveTo(file);
        }
    }
}
