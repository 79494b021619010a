namespace Mekiki.Architecture.Tests;

/// <summary>The engine's border, <c>Backends</c>: operations stand before it, processors behind it, and neither knows the other.</summary>
public class BorderTests
{
    private static readonly CodeMap map = CodeMap.OfSources;

    [Fact]
    public void TheBorder_KnowsTheBasicTypesAlone() =>
        Rule.Holds("The border knows the basic types alone.", map.UsesBetween(r => r == "Mekiki.Backends", r => r is not ("Mekiki.Backends" or House.BasicTypes)));

    [Fact]
    public void WhatStandsBehindTheBorder_KnowsNothingBeforeIt() =>
        Rule.Holds("A processor knows the border and the basic types alone.", map.UsesBetween(IsBehind, r => !IsBehind(r) && r is not ("Mekiki.Backends" or House.BasicTypes)));

    [Fact]
    public void WhatStandsBeforeTheBorder_KnowsNothingBehindIt() =>
        Rule.Holds("Rooms before the border know nothing behind it.", map.UsesBetween(r => !IsBehind(r) && r != "Mekiki", IsBehind));

    // The users' own view of memory, threads and the machine. None may join.
    [Fact]
    public void FewTypesOfTheRoot_SeeBehindTheBorder() =>
        Assert.Equal(["Machine", "TensorBuffer", "TensorMemory", "Threads"],
            map.Uses.Where(u => map.RoomOf(u.User) == "Mekiki" && IsBehind(map.RoomOf(u.Used))).Select(u => u.User.Name).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void OtherAssemblies_UseNothingBehindTheTensors() =>
        Rule.Holds("Other assemblies use tensors, and nothing behind them.", map.Uses.Where(u => u.User.Assembly != "Mekiki" && (IsBehind(u.Used.Namespace) || u.Used.Namespace is "Mekiki.Backends" or "Mekiki.Operations")).Select(u => u.ToString()));

    private static bool IsBehind(string room) => room == House.Processor || room.StartsWith(House.Processor + '.', StringComparison.Ordinal);
}
