using Mekiki.Distributed;

namespace Mekiki.Cli.Commands;

/// <summary>What processes do together that `mpirun` started: rank 0 speaks, its code is what mpirun ends with, and a failure on one of them ends all.</summary>
internal static class SharedWork
{
    /// <summary>Does it.</summary>
    /// <param name="host">The host of this process.</param>
    /// <param name="work">The work, with the host to speak to and the ranks; null: this process was started alone.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(Host host, Func<Host, MpiRanks?, int> work)
    {
        using var ranks = MpiRanks.Join();
        if (ranks is null)
            return work(host, null);
        try
        {
            if (ranks.Rank == 0)
                return work(host, ranks);
            // mpirun ends all ranks when one ends with another code than 0; rank 0's comes when it has said all.
            work(Host.Silent(), ranks);
            return ExitCode.Done;
        }
        catch (Exception e) when (ranks.Rank > 0 && ranks.IsShared(e))
        {
            return ExitCode.Done;
        }
        catch (Exception e)
        {
            ranks.AbortBy(e);
            throw;
        }
    }
}
