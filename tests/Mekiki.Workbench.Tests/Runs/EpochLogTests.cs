using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Tests.Runs;

public sealed class EpochLogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private string Log => folder["log.csv"];

    public void Dispose() => folder.Dispose();

    private static EpochResult Epoch(int number) => new(number, 10L * number, 0.1, 1.25, 0.5, 3.125, null, null);

    private string Grown(int epochs)
    {
        for (int e = 1; e <= epochs; e++)
            EpochLog.Add(Log, Epoch(e));
        return File.ReadAllText(Log);
    }

    [Fact]
    public void Add_AppendsARow_AndLeavesWhatIsThere()
    {
        string two = Grown(2);
        using var reader = new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        EpochLog.Add(Log, Epoch(3));
        // Who holds it open sees the row: it is the same file, not another in its place.
        Assert.Equal(new FileInfo(Log).Length, reader.Length);
        Assert.StartsWith(two, File.ReadAllText(Log));
        Assert.Equal(["epoch", "1", "2", "3"], File.ReadAllLines(Log).Select(line => line.Split(',')[0]));
        Assert.Empty(Directory.GetFiles(folder.Path, "*.tmp"));
    }

    [Fact]
    public void HalfARow_IsTakenAwayWhereTheRunGoesOn()
    {
        string whole = Grown(12), eleven = whole[..(whole.TrimEnd('\n').LastIndexOf('\n') + 1)];
        for (int cut = eleven.Length; cut < whole.Length; cut++)
        {
            File.WriteAllText(Log, whole[..cut]);
            Assert.Equal(11, EpochLog.RowsUntil(Log, 12));
            EpochLog.CutAfter(Log, 12);
            Assert.Equal(eleven, File.ReadAllText(Log));
            EpochLog.Add(Log, Epoch(12));
            Assert.Equal(whole, File.ReadAllText(Log));
        }
    }

    [Fact]
    public void HalfAHead_IsWrittenAnew()
    {
        string whole = Grown(1);
        for (int cut = 0; cut < whole.IndexOf('\n'); cut++)
        {
            File.WriteAllText(Log, whole[..cut]);
            EpochLog.CutAfter(Log, 0);
            EpochLog.Add(Log, Epoch(1));
            Assert.Equal(whole, File.ReadAllText(Log));
        }
    }

    [Fact]
    public void CutAfter_KeepsTheEpochsBefore()
    {
        string two = Grown(2);
        EpochLog.Add(Log, Epoch(3));
        Assert.Equal((3, 2), (EpochLog.RowsUntil(Log, 9), EpochLog.RowsUntil(Log, 2)));
        EpochLog.CutAfter(Log, 2);
        Assert.Equal(two, File.ReadAllText(Log));
    }
}
