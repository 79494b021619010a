using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Checks;
using Mekiki.Workbench.Pictures;

namespace Mekiki.Cli.Commands;

/// <summary>What this machine offers, and what is wrong with it.</summary>
internal sealed class DoctorCommand : CliCommand
{
    private readonly Option<bool> mpi = Options.Flag("--mpi", "Show Open MPI and what it started instead: the ranks, their machines, and how quick messages between them are.");
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Show what this machine offers and what is wrong with it.";

    public override bool IsShared => true;

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki doctor", "Processor, threads, memory, folders and native libraries; exit code 2 when you must fix something."),
        new("mekiki doctor --json", "The same for a program."),
        new("mekiki doctor --mpi", "Whether Open MPI is there; after `mpirun -n 4 --hostfile hosts` the same line tries the ranks and their connections."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [mpi, json];

    public override int Run(ParseResult arguments, Host host)
    {
        if (arguments.GetValue(mpi))
            return SharedWork.Run(host, (shown, ranks) => MpiCheck.Run(shown, ranks, arguments.GetValue(json)));
        var machine = Machine.This;
        WritableFolder[] folders = [WritableFolder.Look("cache", Folders.Cache), WritableFolder.Look("data", Folders.Data)];
        var libraries = NativeLibrary.All;
        string[] problems = [.. folders.Select(f => f.Problem).Concat(libraries.Select(l => l.Problem)).OfType<string>()];
        if (arguments.GetValue(json))
            WriteJson(host, machine, folders, libraries, problems);
        else
            WriteText(host, machine, folders, libraries, problems);
        return problems.Length == 0 ? ExitCode.Done : ExitCode.Mistake;
    }

    private static void WriteText(Host host, Machine machine, WritableFolder[] folders, IReadOnlyList<NativeLibrary> libraries, string[] problems)
    {
        Facts.Write(host, "version", $"{Machine.Version}");
        Facts.Write(host, "processor", $"{machine.Processor}");
        Facts.Write(host, "threads", $"{machine.Processors}");
        Facts.Write(host, "vectors", $"{machine.VectorBits} bits ({string.Join(", ", machine.Features)})");
        if (machine.Unused.Count > 0)
            Facts.Write(host, "", $"not used by this program: {string.Join(", ", machine.Unused)}");
        Facts.Write(host, "memory", $"{Amounts.Bytes(machine.MemoryBytes)}");
        Facts.Write(host, "system", $"{machine.System}");
        Facts.Write(host, "runtime", $"{machine.Runtime}");
        Facts.Write(host, "language", $"{host.Language.Code}{Unknown(host)}");
        foreach (var folder in folders)
            Facts.Write(host, folder.Name, $"{folder.Path}{(folder.Problem is null ? $" ({Amounts.Bytes(folder.FreeBytes)} free)" : "")}");
        foreach (var library in libraries)
            Facts.Write(host, "library", $"{library.Name}{(library.Version is null ? ": missing" : $" {library.Version}")}, for {library.For}");
        if (libraries.All(l => l.Problem is null))
            Facts.Write(host, "font", $"{Font(libraries) ?? "none with Japanese characters: pictures draw hiragana from strokes and show the codes of others; a font such as Noto Sans CJK JP helps"}");
        host.Out.WriteLine();
        if (problems.Length == 0)
            host.Tell("All is well.");
        foreach (string problem in problems)
            host.Tell(problem);
    }

    private static string Unknown(Host host) => host.Variable(Language.Name) is { Length: > 0 } value && Language.Of(value) is null
        ? $"; MEKIKI_LANG is '{value}', which is none of {string.Join(", ", Language.All.Select(l => l.Code))}"
        : "";

    // Without the library nothing is drawn.
    private static string? Font(IReadOnlyList<NativeLibrary> libraries) => libraries.Any(l => l.Problem is not null) ? null : PictureFont.Japanese;

    private static void WriteJson(Host host, Machine machine, WritableFolder[] folders, IReadOnlyList<NativeLibrary> libraries, string[] problems) =>
        new JsonLine()
            .Add("command", "doctor")
            .Add("version", Machine.Version)
            .Add("processor", machine.Processor)
            .Add("threads", machine.Processors)
            .Add("vector_bits", machine.VectorBits)
            .Add("features", machine.Features)
            .Add("unused_features", machine.Unused)
            .Add("memory_bytes", machine.MemoryBytes)
            .Add("system", machine.System)
            .Add("runtime", machine.Runtime)
            .Add("language", host.Language.Code)
            .Add("folders", folders, (line, f) => line.Add("name", f.Name).Add("path", f.Path).Add("free_bytes", f.FreeBytes).Add("problem", f.Problem))
            .Add("libraries", libraries, (line, l) => line.Add("name", l.Name).Add("version", l.Version).Add("problem", l.Problem))
            .Add("japanese_font", Font(libraries))
            .Add("problems", problems)
            .WriteTo(host.Out);
}
