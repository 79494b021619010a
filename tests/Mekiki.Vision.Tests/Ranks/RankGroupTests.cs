using System.Text;

namespace Mekiki.Vision.Tests.Ranks;

public class RankGroupTests
{
    [Fact]
    public void Together_WhereOneFails_AllSayWhich()
    {
        var (_, failures, _) = ThreadRanks.Run(3, group => group.Together(() => group.Rank == 1 ? throw new MekikiException("photos: expected images, got none.", "--data: expected images, got none.") : group.Rank));
        Assert.All(failures, f => Assert.Equal("Rank 1 on host-1: photos: expected images, got none.", f!.Message));
        Assert.All(failures, f => Assert.Equal("Rank 1 on host-1: --data: expected images, got none.", ((MekikiException)f!).CommandLineMessage));
    }

    [Fact]
    public void Together_WhereAllFailAlike_SaysItOnce()
    {
        var (_, failures, _) = ThreadRanks.Run(3, group =>
        {
            try
            {
                return group.Together<int>(() => throw new MekikiException("photos: expected images, got none."));
            }
            catch (MekikiException e) when (group.IsShared(e))
            {
                throw new InvalidOperationException($"shared: {e.Message}");
            }
        });
        Assert.All(failures, f => Assert.Equal("shared: photos: expected images, got none.", f!.Message));
    }

    [Fact]
    public void Together_WhereNoneFails_GivesEachItsOwn() =>
        Assert.Equal([0, 1, 2], ThreadRanks.Run(3, group => group.Together(() => group.Rank)).Results);

    [Fact]
    public void FromFirst_GivesAllWhatRank0Made_OrItsMistake()
    {
        var (results, _, _) = ThreadRanks.Run(3, group => Encoding.UTF8.GetString(group.FromFirst(() => Encoding.UTF8.GetBytes($"of {group.Rank}"))));
        Assert.Equal(["of 0", "of 0", "of 0"], results);
        var (_, failures, _) = ThreadRanks.Run(3, group => group.FromFirst(() => throw new MekikiException("Library.", "Line.")));
        Assert.All(failures, f => Assert.Equal(("Library.", "Line."), (f!.Message, ((MekikiException)f).CommandLineMessage)));
    }
}
