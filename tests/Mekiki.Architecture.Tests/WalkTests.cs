namespace Mekiki.Architecture.Tests;

/// <summary>The walks of <see cref="House.Walks"/> can be walked.</summary>
public class WalkTests
{
    private static readonly CodeMap map = CodeMap.OfSources;

    public static TheoryData<string> Titles => [.. House.Walks.Select(w => w.Title)];

    [Theory]
    [MemberData(nameof(Titles))]
    public void Types_StandInTheirRooms(string title) =>
        Rule.Holds("Types on a walk stand in their rooms.", Find(title).Stations.SelectMany(s => s.Types.Where(t => !map.Types.Any(m => m.Name == t && map.RoomOf(m) == s.Room)).Select(t => $"{s.Room}.{t}")));

    [Theory]
    [MemberData(nameof(Titles))]
    public void Steps_AreUsesOfTypes(string title)
    {
        var stations = Find(title).Stations;
        Assert.Equal(Step.Begin, stations[0].Step);
        for (int i = 1; i < stations.Length; i++)
        {
            var (user, used) = stations[i].Step == Step.Call ? (stations[i - 1], stations[i]) : (stations[i], stations[i - 1]);
            Assert.True(map.Uses.Any(u => Has(user, u.User) && Has(used, u.Used)),
                $"{title}: expected one of [{string.Join(", ", user.Types)}] of {user.Room} to use one of [{string.Join(", ", used.Types)}] of {used.Room}, got none. Change House.Walks.");
        }

        static bool Has(Station station, Reading.CodeType type) => station.Room == map.RoomOf(type) && station.Types.Contains(type.Name);
    }

    [Theory]
    [MemberData(nameof(Titles))]
    public void Walks_DoNotComeBack(string title)
    {
        var stations = Find(title).Stations;
        Assert.Equal(stations.Length, stations.Select(s => s.Room).Distinct().Count());
        // Between assemblies, down all the way or up all the way.
        int[] heights = [.. stations.Select(s => House.AssemblyOf(s.Room).May.Length)];
        Assert.True(heights.SequenceEqual(heights.Order()) || heights.SequenceEqual(heights.OrderDescending()), $"{title} goes down and up: {string.Join(", ", stations.Select(s => s.Room))}.");
        // Where each calls the next, none that comes later uses one before, but in a circle that is known.
        for (int i = 0; i < stations.Length; i++)
            for (int k = i + 1; k < stations.Length && stations[k].Step == Step.Call; k++)
                Assert.False(map.Rooms.Reaches(stations[k].Room, stations[i].Room) && !House.KnownCircles.Any(c => c.Rooms.Contains(stations[k].Room) && c.Rooms.Contains(stations[i].Room)), $"{title}: {stations[k].Room} comes back to {stations[i].Room}.");
    }

    private static Walk Find(string title) => House.Walks.Single(w => w.Title == title);
}
