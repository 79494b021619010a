using System.Diagnostics;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Microsoft.Playwright;
using SkiaSharp;

namespace Mekiki.Onnx.Tests.Samples;

/// <summary>The samples that read an exported model without Mekiki: a program with ONNX Runtime, and a page with onnxruntime-web.</summary>
public sealed class SampleTests : IDisposable
{
    private const int Characters = 5, Enlarged = 3;
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public SampleTests()
    {
        model = folder["hiragana.onnx"];
        OnnxExport.Save(Recognizer.Load("hiragana"), model);
    }

    private static string Repository => Shared.Repository ?? throw new InvalidOperationException("The tests run outside the repository.");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ReadWithOnnxRuntime_PrintsTheCharacters()
    {
        // Built in the same way as the tests: bin/Release/net10.0.
        string built = Path.GetRelativePath(Path.Combine(Repository, "tests", "Mekiki.Onnx.Tests"), AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string program = Path.Combine(Repository, "samples", "ReadWithOnnxRuntime", built, "ReadWithOnnxRuntime.dll");
        foreach (var (picture, character) in Pictures())
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", [program, model, picture]) { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = System.Text.Encoding.UTF8 })!;
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.Equal(character, (await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim());
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, await errors);
        }
    }

    [Fact]
    public async Task ReadInBrowser_ShowsTheCharacters()
    {
        string? chromium = new[] { "chromium", "chromium-browser", "google-chrome" }
            .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(path => Path.Combine(path, name))).FirstOrDefault(File.Exists);
        Assert.SkipWhen(chromium is null, "chromium is not installed.");
        string sample = Path.Combine(Repository, "samples", "ReadInBrowser");
        string modules = Environment.GetEnvironmentVariable("MEKIKI_NODE_MODULES") is { Length: > 0 } set ? set : Path.Combine(sample, "node_modules");
        Assert.SkipUnless(File.Exists(Path.Combine(modules, "onnxruntime-web", "package.json")), "onnxruntime-web is not installed (`npm ci` in samples/ReadInBrowser, or MEKIKI_NODE_MODULES).");
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * 127.0.0.1:9"] });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 640, Height = 700 } });
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                errors.Add(message.Text);
        };
        // The folder, as any server of files gives it.
        await page.RouteAsync("http://sample/**", route =>
        {
            string path = Uri.UnescapeDataString(new Uri(route.Request.Url).AbsolutePath).TrimStart('/');
            string file = path.StartsWith("node_modules/", StringComparison.Ordinal) ? Path.Combine(modules, path["node_modules/".Length..]) : Path.Combine(sample, path.Length == 0 ? "index.html" : path);
            return File.Exists(file) ? route.FulfillAsync(new() { Path = file, ContentType = TypeOf(file) }) : route.FulfillAsync(new() { Status = path == "favicon.ico" ? 204 : 404 });
        });
        await page.GotoAsync("http://sample/");
        await page.WaitForSelectorAsync("body[data-ready=yes]");
        await page.SetInputFilesAsync("#model", model);
        foreach (var (picture, character) in Pictures())
        {
            await page.SetInputFilesAsync("#picture", picture);
            await Assertions.Expect(page.Locator("#probability")).ToContainTextAsync("% sure", new() { Timeout = 60_000 });
            await Assertions.Expect(page.Locator("#label")).ToHaveTextAsync(character);
        }

        if (Environment.GetEnvironmentVariable("MEKIKI_LOOKS") is { Length: > 0 } looks)
            await page.ScreenshotAsync(new() { Path = Path.Combine(looks, "read-in-browser.png") });
        Assert.Empty(errors);
    }

    private static string TypeOf(string file) => Path.GetExtension(file) switch
    {
        ".html" => "text/html",
        ".wasm" => "application/wasm",
        _ => "text/javascript",
    };

    // Characters that are drawn by other hands than those that the recognizer saw, three times as large as it takes them.
    private IEnumerable<(string Picture, string Character)> Pictures()
    {
        var set = KanaSet.Draw(trainCount: 73, testCount: 146, seed: 9);
        var (recognizer, shape) = (Recognizer.Load("hiragana"), set.Shape);
        int[] known = [.. Split.OwnOf(set)!.Test.Where(i => recognizer.Predict(ImageInput.FromPixels(set.Image(i).ToArray(), shape.Width, shape.Height, PixelFormat.Gray8)) is { Probability: > 0.9f } p && p.Label == set.Classes[set.Labels[i]]).Take(Characters)];
        Assert.Equal(Characters, known.Length);
        foreach (int i in known)
        {
            using var small = new SKBitmap(new SKImageInfo(shape.Width, shape.Height, SKColorType.Gray8, SKAlphaType.Opaque));
            set.Image(i).CopyTo(small.GetPixelSpan());
            using var large = small.Resize(new SKSizeI(shape.Width * Enlarged, shape.Height * Enlarged), new SKSamplingOptions(SKFilterMode.Linear));
            string picture = folder[$"{i}.png"];
            using (var stream = File.Create(picture))
                large.Encode(stream, SKEncodedImageFormat.Png, 100);
            yield return (picture, set.Classes[set.Labels[i]]);
        }
    }
}
