using Mekiki.Workbench.Lecture;
using SkiaSharp;

namespace Mekiki.Workbench.Tests.Lecture;

public sealed class HistoryTableTests : IDisposable
{
    private static readonly HistoryRow[] rows =
    [
        new(1986, "three-layer", 608_841, 8, 3.5, 0.0312, 0.9737, 0.9389, false),
        new(2012, "alexnet_small", 2_000_000, 2, 81.25, 0.5, 0.5, 0.25, true),
        new(2015, "resnet18_small", 11_000_000, 1, 120, 0, null, null, true),
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void WrittenRows_AreReadBack()
    {
        HistoryTable.Write(folder["history.csv"], rows);
        Assert.Equal(
            ["year,recognizer,parameters,epochs,train_seconds,ms_per_image,accuracy,balanced_accuracy,stopped", "1986,three-layer,608841,8,3.5,0.0312,0.9737,0.9389,no", "2012,alexnet_small,2000000,2,81.25,0.5,0.5,0.25,yes", "2015,resnet18_small,11000000,1,120,0,,,yes"],
            File.ReadAllLines(folder["history.csv"]));
        Assert.Equal(rows, HistoryTable.Read(folder["history.csv"]));
        Assert.Empty(HistoryTable.Read(folder["nothing.csv"]));
    }

    [Fact]
    public void DamagedTable_NamesItsWrongLines()
    {
        string path = folder["history.csv"];
        HistoryTable.Write(path, rows);
        File.WriteAllText(path, File.ReadAllText(path).Replace("0.9737", "NaN").Replace(",yes\n2015", ",perhaps\n2015"));
        Assert.Equal($"{path}: expected 9 values in each line, got others in line 2, 3. Restore the file, or choose another folder with --out.", Assert.Throws<MekikiException>(() => HistoryTable.Read(path)).Message);
        File.WriteAllText(path, "a,b\n1,2\n");
        Assert.EndsWith("got another. Choose another folder with --out.", Assert.Throws<MekikiException>(() => HistoryTable.Read(path)).Message);
    }

    [Fact]
    public void Chart_HasADotWhereTheAccuracyIs()
    {
        string path = folder["history.png"];
        HistoryChart.Write(path, rows, "bars");
        using var chart = SKBitmap.Decode(path);
        // The first column's dot is at 97.37 %, the second one's ring much lower, and the third has none.
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(column => Blue(column) is not null));
        Assert.True(Blue(0) < Blue(1));

        int? Blue(int column)
        {
            for (int y = 0; y < chart.Height - 60; y++)
                for (int x = 78 + 92 * column; x < 78 + 92 * (column + 1); x++)
                    if (chart.GetPixel(x, y) is { Blue: > 150, Red: < 100 })
                        return y;
            return null;
        }
    }
}
