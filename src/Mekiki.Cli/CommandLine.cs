using System.CommandLine;
using System.ComponentModel;
using Mekiki.Cli.Commands;
using Mekiki.Distributed;
using Mekiki.Onnx;
using Mekiki.Workbench.Checks;

namespace Mekiki.Cli;

/// <summary>From arguments to an exit code: finds the command, reports all that is wrong with the line, or runs it.</summary>
internal static class CommandLine
{
    // ENOMEM, which .NET's console says when it cannot start its thread for signals.
    private const int NoMemory = 12;

    public static int Run(string[] args, Host host)
    {
        OnnxImport.Register();
        try
        {
            int code = args is [CompletionScript.Request or CompletionScript.RequestNext, ..] ? Complete(args, host) : RunParsed(CommandTree.Parse(args), host);
            host.Out.Flush();
            return code;
        }
        catch (OutputClosedException)
        {
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (host.Interrupt.IsRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            return Failed(Cause(e), host);
        }
    }

    private static int RunParsed(ParseResult arguments, Host host)
    {
        var symbol = arguments.CommandResult.Command;
        if (arguments.GetResult(CommandTree.Language) is { Implicit: false } asked && !asked.Errors.Any())
            host.AskedLanguage = arguments.GetRequiredValue(CommandTree.Language);
        host.SetColors(arguments.GetResult(CommandTree.Color)?.Errors.Any() == true ? ColorMode.Auto : arguments.GetValue(CommandTree.Color));
        var command = (symbol as CommandSymbol)?.Owner;
        // What all ranks would say, rank 0 says. Another code than 0 of another rank could end it before.
        if (command is { IsShared: true } && MpiRanks.LaunchedRank > 0 && (arguments.GetValue(CommandTree.Help) || Problems.Of(arguments).Count > 0))
            return ExitCode.Done;
        if (arguments.GetValue(CommandTree.Help))
        {
            host.Out.Write(HelpPage.Of(symbol, host));
            return ExitCode.Done;
        }

        if (arguments.GetValue(CommandTree.Version))
        {
            host.Out.WriteLine(CommandTree.VersionText);
            return ExitCode.Done;
        }

        if (Problems.Of(arguments) is { Count: > 0 } problems)
        {
            foreach (string problem in problems)
                host.SayMistake(problem);
            host.Say($"`{HelpPage.FullName(symbol)} --help` shows what is expected.");
            return ExitCode.Mistake;
        }

        if (command is not null)
            return command.Run(arguments, host);
        host.Out.Write(HelpPage.Of(symbol, host));
        return ExitCode.Done;
    }

    private static int Complete(string[] args, Host host)
    {
        foreach (string line in Completion.Answer(args))
            host.Out.Write(line + "\n");
        return ExitCode.Done;
    }

    private static int Failed(Exception e, Host host)
    {
        if (e is OutputClosedException)
            return ExitCode.Done;
        // The system has no memory for a thread's stack, or lets a process have no more threads.
        if (WhyNoThread(e) is { } cause)
        {
            host.SayMistake($"Memory: expected enough to start another thread, got: {cause} Use fewer threads (--threads), or raise the limit of memory or threads (ulimit, the container's).");
            return ExitCode.Mistake;
        }

        if (e is IOException or UnauthorizedAccessException)
        {
            host.SayMistake($"Reading or writing failed: {e.Message}");
            return ExitCode.Mistake;
        }

        if (e is MekikiException mistake)
        {
            host.SayMistake(mistake.CommandLineMessage);
            return ExitCode.Mistake;
        }

        if (NativeLibrary.IsMissing(e))
        {
            foreach (var library in NativeLibrary.All.Where(l => l.Problem is not null))
                host.SayMistake(library.Problem!);
            host.Say("`mekiki doctor` shows whether it works now.");
            return ExitCode.Mistake;
        }

        if (e is OutOfMemoryException)
        {
            host.SayMistake("Memory: expected enough for this work, got none left. Use smaller batches, smaller images, or fewer images.");
            return ExitCode.Mistake;
        }

        host.SayMistake($"This is a bug in Mekiki {CommandTree.VersionText}. Please report it, with the command and these lines:");
        host.SayTrace(e.ToString());
        return ExitCode.Bug;
    }

    // What says that a thread could not start, or null. The runtime's own threads fail inside of other exceptions.
    private static string? WhyNoThread(Exception e)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
            if (cause is OutOfMemoryException && cause.StackTrace?.Contains("System.Threading.Thread.Start", StringComparison.Ordinal) == true)
                return "no memory for its stack, or no more threads.";
            else if (cause is ThreadStartException or Win32Exception { NativeErrorCode: NoMemory } or IOException { HResult: NoMemory })
                return (cause.InnerException ?? cause).Message.TrimEnd('.') + '.';
        return null;
    }

    // What happens on several threads arrives wrapped.
    private static Exception Cause(Exception e)
    {
        while (e is AggregateException { InnerException: { } inner })
            e = inner;
        return e;
    }
}
