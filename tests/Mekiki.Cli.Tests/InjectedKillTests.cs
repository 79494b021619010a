using System.Diagnostics;

namespace Mekiki.Cli.Tests;

/// <summary>The program as a process, killed by strace at the system calls that change files, as each thread counts them: what FileSteps does with an own seam, from outside.</summary>
public sealed class InjectedKillTests : IDisposable
{
    private const string Calls = "rename,renameat,renameat2,unlink,unlinkat,fsync,fdatasync,mkdir,ftruncate";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static string Program => Path.Combine(AppContext.BaseDirectory, "mekiki");

    // Some minutes.
    [Theory(Explicit = true)]
    [InlineData("train")]
    [InlineData("resume")]
    [InlineData("tune")]
    [InlineData("history")]
    [InlineData("cache")]
    [InlineData("data get")]
    public void SameLineAgain_EndsAsUndisturbed(string command)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace") && File.Exists(Program), "Needs strace and the program beside the tests.");
        string pictures = Pictures.Folder(folder, each: 40);
        System.IO.Compression.ZipFile.CreateFromDirectory(pictures, folder["pictures.zip"]);
        using var server = new LoopbackServer(File.ReadAllBytes(folder["pictures.zip"]));
        string Line(string path) => command switch
        {
            "train" or "resume" => File.Exists(Path.Combine(path, "run.json")) ? $"train --resume {path} --threads 1" : $"train --data {pictures} --model mlp --epochs 2 --seed 3 --threads 1 --checkpoint-steps 1 --out {path}",
            "history" => $"history --data {pictures} --train 60 --test 20 --models mlp,three-layer --budget 10h --threads 1 --out {path}",
            "tune" => $"tune --data {pictures} --model mlp --time 5s --candidates 3 --validation 0.2 --threads 1 --out {path}",
            "cache" => $"data preview {pictures} --per-class 1 --out {path}/sheet.png",
            _ => $"data get hiragana73 --url {server.Url} --folder {path}",
        };
        string whole = Path.Combine(folder.Path, "whole");
        string half = Path.Combine(folder.Path, "half");
        Assert.Equal(0, Run(whole));
        if (command == "resume")
            Assert.Equal(137, Run(half, $"strace -f -o /dev/null -e trace={Calls} -e inject={Calls}:signal=SIGKILL:when=10 "));
        for (int number = 1; ; number++)
        {
            string path = Path.Combine(folder.Path, $"killed-{number}");
            if (command == "resume")
                FileSteps.Copy(half, path);
            int code = Run(path, $"strace -f -o /dev/null -e trace={Calls} -e inject={Calls}:signal=SIGKILL:when={number} ");
            if (code == 0)
                break;
            Assert.Equal(137, code);
            // Of the cache, others may be at work on what is young.
            foreach (string stray in command == "cache" && Directory.Exists(path) ? Directory.GetFiles(path, "*.tmp") : [])
                File.SetLastWriteTimeUtc(stray, DateTime.UtcNow.AddMinutes(-2));
            Assert.Equal((number, 0), (number, Run(path)));
            Assert.Equal((number, Names(whole)), (number, Names(path)));
            foreach (string name in new[] { "model.safetensors", "mlp.safetensors", "three-layer.safetensors" }.Where(name => File.Exists(Path.Combine(whole, name))))
                Assert.Equal(Vision.Recognizer.Load(Path.Combine(whole, name)).WeightsSha256, Vision.Recognizer.Load(Path.Combine(path, name)).WeightsSha256);
            Directory.Delete(path, recursive: true);
        }

        int Run(string path, string before = "")
        {
            if (command == "cache")
                Directory.CreateDirectory(path);
            return Shell($"{(command == "cache" ? $"export MEKIKI_CACHE={path}; " : "")}{before}{Program} {Line(path)}");
        }
    }

    private static string Names(string path) => string.Join(' ', Directory.GetFiles(path).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    private static int Shell(string line)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", $"{{ {line}; }} > /dev/null 2>&1"]);
        // Its socket would be one more file.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
