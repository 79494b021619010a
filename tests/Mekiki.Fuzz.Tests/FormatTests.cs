namespace Mekiki.Fuzz.Tests;

/// <summary>A short campaign with fixed draws: every format's seeds are read, and no change of them is answered by anything but a reading or a refusal.</summary>
public class FormatTests
{
    private const int Inputs = 200;

    public static TheoryData<string> Names => [.. FormatTable.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Seeds_AreAccepted(string name)
    {
        var format = FormatTable.Find(name);
        using var work = new Workspace();
        Assert.NotEmpty(format.Seeds);
        foreach (byte[] seed in format.Seeds)
            Assert.True(Outcome.Of(format, seed, work) is { Verdict: Verdict.Accepted }, Outcome.Of(format, seed, work).Text);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ChangedFiles_AreReadOrRefused(string name)
    {
        var format = FormatTable.Find(name);
        using var work = new Workspace();
        int refused = 0;
        for (int i = 0; i < Inputs; i++)
        {
            var outcome = Outcome.Of(format, format.Input(seed: 7, i), work);
            Assert.True(outcome.Verdict <= Verdict.Refused, $"{name}, input {i}: {outcome.Verdict}: {outcome.Key} {outcome.Text}");
            refused += outcome.Verdict == Verdict.Refused ? 1 : 0;
        }

        // A reader that takes all would find nothing; the log of steps is cut, never refused.
        Assert.InRange(refused, name == "steps.jsonl" ? 0 : Inputs / 10, Inputs);
    }

    [Fact]
    public void Service_TakesBackAllPlaces()
    {
        using var work = new Workspace();
        foreach (var format in FormatTable.All.Where(f => f.Name.StartsWith("http", StringComparison.Ordinal)))
            for (int i = 0; i < 20; i++)
                Outcome.Of(format, format.Input(seed: 8, i), work);
        string metrics = "";
        // A request whose client is gone ends by itself.
        Assert.True(SpinWait.SpinUntil(() => (metrics = FuzzedService.Answer("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray())).Contains("mekiki_queue_length{model=\"m\"} 0\n", StringComparison.Ordinal), TimeSpan.FromSeconds(10)), metrics);
    }

    [Fact]
    public void SameNumbers_GiveTheSameInput_AndOthersAnother()
    {
        var format = FormatTable.Find("png");
        Assert.Equal(format.Input(1, 2), format.Input(1, 2));
        Assert.NotEqual(format.Input(1, 2), format.Input(1, 3));
        Assert.NotEqual(format.Input(1, 2), format.Input(2, 2));
    }

    [Fact]
    public void ReadersThatFail_AreNoticed()
    {
        using var work = new Workspace();
        Assert.Equal(Verdict.Wrong, Of((_, _) => throw new InvalidOperationException()).Verdict);
        Assert.Equal("no name in its message", Of((_, _) => throw new MekikiException("damaged")).Key[^22..]);
        Assert.Equal(Verdict.Refused, Of((_, w) => throw new MekikiException($"{w.Folder}/x: damaged")).Verdict);
        Assert.Equal(Verdict.Accepted, Of((_, _) => { }).Verdict);
        Assert.Equal(Verdict.Large, Of((_, _) => Touch(new byte[200 << 20])).Verdict);

        Outcome Of(Action<byte[], Workspace> read) => Outcome.Of(new("x", () => [[1]], (whole, _) => whole, read), [1], work);

        static void Touch(byte[] memory)
        {
            for (int i = 0; i < memory.Length; i += 1024)
                memory[i] = 1;
            Thread.Sleep(20);
            GC.KeepAlive(memory);
        }
    }

    [Fact]
    public void Minimizer_LeavesWhatFails()
    {
        byte[] input = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
        Assert.Equal([50, 150], Minimizer.Small(input, candidate => candidate.Contains((byte)50) && candidate.Contains((byte)150)));
    }
}
