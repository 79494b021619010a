using System.Runtime.InteropServices;

namespace Mekiki.Cli.Hosting;

/// <summary>Ctrl-C, and the other ways to ask a program to end: once, it finishes the batch and saves; twice, it stops at once.</summary>
/// <remarks>
/// Only a command that takes the <see cref="Token"/>, and so promises to look at it, is asked; any other has nothing to
/// save, and the system ends it at the first Ctrl-C.
/// </remarks>
/// <param name="say">Tells the user.</param>
/// <param name="listen">Called once, when someone first takes the token, with what to call at each Ctrl-C.</param>
/// <param name="stop">Ends the process at once.</param>
internal sealed class Interrupt(Action<string> say, Action<Action> listen, Action stop)
{
    private readonly CancellationTokenSource source = new();
    private bool listens;

    /// <summary>Whether the user has asked.</summary>
    public bool IsRequested => source.IsCancellationRequested;

    /// <summary>Cancelled at the first Ctrl-C.</summary>
    public CancellationToken Token
    {
        get
        {
            if (!listens)
            {
                listens = true;
                listen(Press);
            }

            return source.Token;
        }
    }

    /// <summary>Of this process: SIGINT (Ctrl-C), SIGTERM and SIGHUP.</summary>
    /// <param name="say">Tells the user.</param>
    /// <param name="leave">Tidies the terminal before the end; it has a moment for that, since a terminal may take nothing.</param>
    public static Interrupt OfProcess(Action<string> say, Action leave) => new(say, Listen, () =>
    {
        const int Milliseconds = 250;
        Task.Run(leave).Wait(Milliseconds);
        Environment.Exit(ExitCode.Interrupted);
    });

    private static void Listen(Action press)
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                press();
            }));
    }

    // A registration that is collected no longer listens.
    private static readonly List<PosixSignalRegistration> registrations = [];

    private void Press()
    {
        if (source.IsCancellationRequested)
        {
            stop();
            return;
        }

        say("Stopping once all is saved; Ctrl-C again stops at once.");
        source.Cancel();
    }
}
