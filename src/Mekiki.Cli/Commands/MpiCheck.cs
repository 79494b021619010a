using System.Globalization;
using Mekiki.Cli.Output;
using Mekiki.Distributed;

namespace Mekiki.Cli.Commands;

/// <summary>Which Open MPI is there, which ranks it started, how quick their messages are, and what is wrong.</summary>
internal static class MpiCheck
{
    private const string Install = "Open MPI: expected its library libmpi.so.40, got none that loads. Install it (Debian and Ubuntu: apt install openmpi-bin); training on one machine does not need it.";

    /// <summary>Looks, and prints.</summary>
    /// <param name="host">Who is told.</param>
    /// <param name="ranks">The ranks; null: this process was started alone.</param>
    /// <param name="asJson">Whether a program reads it.</param>
    public static int Run(Host host, MpiRanks? ranks, bool asJson)
    {
        string? library = ranks?.LibraryVersion ?? MpiRanks.FindLibrary();
        Member[] members = ranks is null ? [] : MembersOf(ranks);
        string[] problems = library is null ? [Install] : [.. members.Skip(1).SelectMany(m => m.DifferencesFrom(members[0]))];
        if (asJson)
            new JsonLine()
                .Add("command", "doctor")
                .Add("mpi", library)
                .Add("ranks", members, (line, m) => line.Add("rank", m.Rank).Add("host", m.Host).Add("version", m.Version).Add("vector_bits", m.VectorBits).Add("threads", m.Threads).Add("latency_us", m.Connection?.Microseconds, decimals: 1).Add("gb_per_s", m.Connection?.GigabytesPerSecond, decimals: 2))
                .Add("problems", problems)
                .WriteTo(host.Out);
        else
            WriteText(host, library, members, problems);
        return problems.Length == 0 ? ExitCode.Done : ExitCode.Mistake;
    }

    private static Member[] MembersOf(MpiRanks ranks)
    {
        string[] told = ranks.Gather($"{Machine.Version}\0{Machine.This.VectorBits}\0{Threads.Default}");
        var connections = Connection.Measure(ranks);
        return [.. told.Select((text, rank) => text.Split('\0') is var facts ? new Member(rank, ranks.Hosts[rank], facts[0], facts[1], facts[2], rank > 0 ? connections[rank - 1] : null) : null!)];
    }

    private static void WriteText(Host host, string? library, Member[] members, string[] problems)
    {
        Facts.Write(host, "library", $"{library ?? "none"}");
        Facts.Write(host, "start", $"{(members.Length > 0 ? $"{members.Length} ranks" : "alone; after `mpirun -n 2` the same line tries messages")}");
        foreach (var member in members)
            Facts.Write(host, $"rank {member.Rank}", $"{member}");
        host.Out.WriteLine();
        if (problems.Length == 0)
            host.Tell("All is well.");
        foreach (string problem in problems)
            host.Tell(problem);
    }

    private sealed record Member(int Rank, string Host, string Version, string VectorBits, string Threads, Connection? Connection)
    {
        public IEnumerable<string> DifferencesFrom(Member first)
        {
            if (Version != first.Version)
                yield return $"Rank {Rank} on {Host}: expected Mekiki {first.Version}, which rank 0 on {first.Host} has, got {Version}. Install the same on all machines.";
            if (VectorBits != first.VectorBits)
                yield return $"Rank {Rank} on {Host}: expected vectors of {first.VectorBits} bits, which rank 0 on {first.Host} has, got {VectorBits}: they round otherwise. Use machines of one kind, or the native program with MEKIKI_VECTOR_BITS set to the smaller number on all.";
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{Host}, {VectorBits}-bit vectors, {Threads} {(Threads == "1" ? "thread" : "threads")}{(Connection is { } way ? $"; a message takes {way.Microseconds:0.0} µs, a long one carries {way.GigabytesPerSecond:0.00} GB/s" : "")}");
    }
}
