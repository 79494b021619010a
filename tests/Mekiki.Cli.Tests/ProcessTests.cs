using System.Diagnostics;
using Mekiki.Vision;
using Mekiki.Vision.Images;
using SkiaSharp;

namespace Mekiki.Cli.Tests;

/// <summary>The program as a process: what only a real shell, pipe or signal shows.</summary>
public class ProcessTests
{
    private static string Program => Path.Combine(AppContext.BaseDirectory, "mekiki");

    [Fact]
    public void ReaderThatLeaves_EndsItQuietly()
    {
        var (code, error) = Shell($"{Program} --help | head -n 1; echo ${{PIPESTATUS[0]}} >&2");
        Assert.Equal((0, "0\n"), (code, error));
        (_, error) = Shell($"{Program} --help | true; echo ${{PIPESTATUS[0]}} >&2");
        Assert.Equal("0\n", error);
    }

    // As in a container without any Japanese font: the labels of the sheet can be read all the same.
    [Fact]
    public void Sheet_WithoutFonts_HasLabelsThatCanBeRead()
    {
        using var folder = new TemporaryFolder();
        string sheet = Path.Combine(folder.Path, "sheet.png"), pictures = Path.Combine(folder.Path, "set");
        using (var grey = new SKBitmap(new SKImageInfo(48, 48, SKColorType.Gray8, SKAlphaType.Opaque)))
        using (var png = grey.Encode(SKEncodedImageFormat.Png, 100))
            foreach (string name in (string[])["U3042", "U3044"])
                File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(Path.Combine(pictures, name)).FullName, "1.png"), png.ToArray());
        Assert.SkipUnless(Shell("unshare -rm mount -t tmpfs none /usr/share/fonts").Code == 0, "The fonts cannot be hidden.");
        var (code, error) = Shell($"unshare -rm bash -c 'mount -t tmpfs none /usr/share/fonts && {Program} data preview {pictures} --out {sheet}'");
        Assert.True(code == 0, error);
        using var picture = SKBitmap.Decode(sheet);
        using var label = new SKBitmap(new SKImageInfo(22, 46, SKColorType.Gray8, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(label))
            canvas.DrawBitmap(picture, -3, -3);
        Assert.Equal("あ", Recognizer.Load("hiragana").Predict(ImageInput.FromPixels(label.GetPixelSpan().ToArray(), 22, 46, PixelFormat.Gray8)).Label);
    }

    [Fact]
    public void FullOutput_IsSaid()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Needs /dev/full.");
        var (code, error) = Shell($"{Program} data list > /dev/full");
        Assert.Equal(ExitCode.Mistake, code);
        Assert.StartsWith("Reading or writing failed: ", error);
        Assert.DoesNotContain("   at ", error);
    }

    // The run ends as one that is heard; only the shell learns that standard output could not be written.
    [Theory]
    [InlineData("2> /dev/full", 0)]
    [InlineData("2>&-", 0)]
    [InlineData("2> >(true)", 0)]
    [InlineData("> /dev/full", 2)]
    [InlineData(">&-", 2)]
    [InlineData("<&- >&- 2>&-", 2)]
    [InlineData("| true", 0)]
    public void StreamThatFails_EndsNoTraining(string redirection, int expected)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Needs /dev/full.");
        using var folder = new TemporaryFolder();
        string run = Path.Combine(folder.Path, "run");
        var (_, code) = Shell($"exec 9>&2; {Program} train --data {Pictures.Folder(folder)} --model mlp --epochs 2 --seed 3 --threads 1 --out {run} {redirection}; echo ${{PIPESTATUS[0]}} >&9");
        Assert.EndsWith($"{expected}\n", code);
        Assert.DoesNotContain("   at ", code);
        Assert.Equal(["checkpoint-previous.safetensors", "checkpoint.safetensors", "log.csv", "model.safetensors", "result.json", "run.json", "split.csv", "steps.jsonl", "tried.json", "tried.png"], Directory.GetFiles(run).Select(Path.GetFileName).Order());
        // Nothing that was said went into a file.
        Assert.All(Directory.GetFiles(run), path => Assert.DoesNotContain("img/s", File.ReadAllText(path)));
    }

    [Fact]
    public void TimeInWhichTheProcessWasStopped_IsNoTimeOfTraining()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux.");
        using var folder = new TemporaryFolder();
        string run = Path.Combine(folder.Path, "run");
        var watch = Stopwatch.StartNew();
        var (code, error) = Shell($"{Program} train --data {Pictures.Folder(folder, each: 100)} --model cnn --epochs 40 --threads 1 --test-once --out {run} & p=$!; while [ ! -s {run}/steps.jsonl ]; do sleep 0.05; done; kill -STOP $p; sleep 4; kill -CONT $p; wait $p");
        Assert.True(code == 0, error);
        double trained = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "result.json"))).RootElement.GetProperty("train_seconds").GetDouble();
        Assert.True(watch.Elapsed.TotalSeconds - trained > 3.8, $"{watch.Elapsed.TotalSeconds} s in all, {trained} s of training");
    }

    [Fact]
    public void OutputThatIsAppended_IsNotOverwritten()
    {
        using var folder = new TemporaryFolder();
        var (code, _) = Shell($"(echo first; {Program} --version; echo last) > {folder["out.txt"]}");
        Assert.Equal(0, code);
        Assert.Equal(["first", Machine.Version, "last"], File.ReadAllLines(folder["out.txt"]));
    }

    [Fact]
    public void FolderThatCannotBeWritten_IsDoctorsFinding()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        var (code, _) = Shell($"MEKIKI_CACHE={folder.Path}/file/cache {Program} doctor > {folder.Path}/out.txt");
        Assert.Equal(ExitCode.Mistake, code);
        Assert.Matches("/file/cache: expected a folder that can be written, got: .* Set MEKIKI_CACHE to another folder.\n$", File.ReadAllText(folder["out.txt"]));
    }

    [Fact]
    public void MissingNativeLibrary_IsSaidWithItsRemedy()
    {
        using var folder = new TemporaryFolder();
        // The program without the library that lies in runtimes/.
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(f => Path.GetFileName(f) is var n && !n.Contains("xunit", StringComparison.OrdinalIgnoreCase) && (n.EndsWith(".dll", StringComparison.Ordinal) || n.StartsWith("mekiki", StringComparison.OrdinalIgnoreCase))))
            File.Copy(file, folder[$"program/{Path.GetFileName(file)}"]);
        File.WriteAllBytes(folder["set/a/1.jpg"], MadeImages.Grey(format: SkiaSharp.SKEncodedImageFormat.Jpeg));
        string remedy = "libSkiaSharp.so: expected the library beside the program .* got none that loads. Copy it there from the published folder, or add the package SkiaSharp.NativeAssets.Linux.NoDependencies and build again.\n";
        var (code, error) = Shell($"{folder.Path}/program/mekiki data check {folder.Path}/set");
        Assert.Equal(ExitCode.Mistake, code);
        Assert.Matches($"^{remedy}`mekiki doctor` shows whether it works now.\n$", error);
        (code, error) = Shell($"{folder.Path}/program/mekiki doctor >&2");
        Assert.Equal(ExitCode.Mistake, code);
        Assert.Matches($"library    SkiaSharp: missing, for reading JPEG, WebP, GIF, BMP and unusual PNG files, and drawing\n\n{remedy}$", error);
    }

    [Fact]
    public void Termination_EndsWith130_AndKeepsWhatIsThere()
    {
        using var server = new LoopbackServer(new byte[100_000]);
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 100; i++)
            server.Breaks.Enqueue(i == 0 ? 50_000 : 0);
        var (_, error) = Shell($"{Program} data get hiragana73 --url {server.Url} --folder {folder.Path} & p=$!; while [ ! -s {folder.Path}/hiragana73.zip.part ]; do sleep 0.05; done; sleep 0.3; kill -TERM $p; wait $p; echo $? >&2");
        Assert.EndsWith("\nStopping once all is saved; Ctrl-C again stops at once.\nWhat has arrived is kept; the same command goes on from there.\n130\n", error);
        Assert.Equal(50_000, new FileInfo(folder["hiragana73.zip.part"]).Length);
    }

    [Fact]
    public void Predict_WithoutStandardInput_DoesNotWait()
    {
        using var folder = new TemporaryFolder();
        Shell($"{Program} train --train 100 --test 80 --epochs 1 --model mlp --out {folder.Path}/run");
        var (code, error) = Shell($"timeout 30 {Program} predict {folder.Path}/run - <&-");
        Assert.Equal((2, "Standard input: expected paths of images, one a line, got none: it is closed. Give it a file or a pipe, or name the images.\n"), (code, error));
        Assert.Equal((2, "x.png: expected an image, got no such file.\n"), Shell($"echo x.png | timeout 30 {Program} predict {folder.Path}/run -"));
        Assert.Equal(0, Shell($"timeout 30 {Program} predict {folder.Path}/run - < /dev/null").Code);
    }

    [Theory]
    [InlineData("mekiki train --model kana-net-", "kana-net-ensemble")]
    [InlineData("mekiki data ", "list get check pack report preview")]
    [InlineData("mekiki train --model = kana-net-", "kana-net-ensemble")]
    [InlineData("mekiki predict run.json ", "a picture.png")]
    public void Bash_CompletesTheLine(string line, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a picture.png"], "");
        string words = string.Join(' ', line.Split(' ').Select(w => $"'{w}'"));
        // Bash fills these variables when TAB is pressed; compopt works only then.
        var (code, reply) = Shell($$"""
            cd {{folder.Path}}; compopt() { :; }; export PATH={{Path.GetDirectoryName(Program)}}:$PATH
            eval "$(mekiki completion bash)"
            COMP_WORDS=({{words}}) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _mekiki && echo "${COMPREPLY[*]}" >&2
            """);
        Assert.Equal((0, expected + "\n"), (code, reply));
    }

    [Fact]
    public void PseudoTerminal_IsNotOverrun()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "Needs Linux and the program script.");
        using var folder = new TemporaryFolder();
        string data = Pictures.Folder(folder), log = folder["log"];
        var (code, _) = Shell($"cd {folder.Path}; export LC_ALL=C.UTF-8 TERM=xterm NO_COLOR=; timeout 120 script -qec 'stty cols 40; {Program} train --data {data} --model mlp --epochs 3 --out r' {log} < /dev/null > /dev/null");
        Assert.Equal(0, code);
        string shown = File.ReadAllText(log);
        Assert.Contains("\e[J", shown);
        Assert.Contains("\e[32m", shown);
        Assert.Contains("Next: `mekiki report r`", shown);
        string[] lines = [.. shown.Split('\n', '\r').Where(line => !line.StartsWith("Script ", StringComparison.Ordinal)).Select(line => System.Text.RegularExpressions.Regex.Replace(line, "\e\\[[0-9;?]*[A-Za-z]|\e[=>]", ""))];
        Assert.All(lines, line => Assert.True(line.Length <= 40 || !line.Trim().Contains(' ') || line.Contains(data, StringComparison.Ordinal), line));
    }

    private static (int Code, string Error) Shell(string command)
    {
        Assert.SkipUnless(File.Exists("/bin/bash") && File.Exists(Program), "Needs bash and the program beside the tests.");
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", command]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
