using Mekiki.Workbench.Watching;
using Microsoft.Playwright;

namespace Mekiki.Cli.Tests.Commands;

/// <summary>The page of trainings in a real browser; skipped where chromium is not installed.</summary>
public sealed class WatchPageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task TwoRuns_CurvesGrow_AndTheButtonStopsTheOneThatGoesOn()
    {
        string? chromium = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(p => Path.Combine(p, "chromium")).FirstOrDefault(File.Exists);
        Assert.SkipUnless(chromium is not null, "chromium is not installed.");
        var cancellation = TestContext.Current.CancellationToken;
        string pictures = Pictures.Folder(folder);
        Assert.Equal(0, TestHost.Run("train", "--data", pictures, "--model", "mlp", "--epochs", "3", "--out", folder["runs/first"]).Code);
        var training = Task.Run(() => TestHost.Run("train", "--data", pictures, "--model", "mlp", "--epochs", "1000000", "--threads", "1", "--out", folder["runs/second"]), cancellation);
        await using var app = WatchPage.Build(TestHost.New().Host, new WatchedRuns([folder["runs"]]), "http://127.0.0.1:0");
        await app.StartAsync(cancellation);

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu"] });
        // Playwright waits by evaluating texts, which the page forbids its own scripts.
        var page = await (await browser.NewContextAsync(new() { BypassCSP = true, Locale = "en", ViewportSize = new() { Width = 1280, Height = 900 } })).NewPageAsync();
        page.SetDefaultTimeout(60_000);
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Location.Contains("favicon", StringComparison.Ordinal))
                errors.Add(message.Text);
        };
        page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        await page.GotoAsync(app.Urls.First());

        // Both are there; the one that goes on is shown, and its curve changes by itself.
        await page.WaitForFunctionAsync("document.querySelectorAll('#runs button').length === 2 && document.getElementById('state').className === 'chip running' && document.querySelector('#loss .mean')");
        Assert.Equal("second", await page.Locator("#name").TextContentAsync());
        string curve = (await page.Locator("#loss .mean").GetAttributeAsync("d"))!;
        await page.WaitForFunctionAsync("before => document.querySelector('#loss .mean').getAttribute('d') !== before", curve);
        await page.WaitForFunctionAsync("document.querySelectorAll('#rows tr').length > 1 && document.querySelector('#accuracy .mean') && document.querySelector('#lr .mean')");
        if (Environment.GetEnvironmentVariable("MEKIKI_LOOKS") is { } looks)
            await page.ScreenshotAsync(new() { Path = Path.Combine(looks, "watch.png"), FullPage = true });

        // The first has ended: its three epochs, and no button.
        await page.Locator("#runs button[data-run=first]").ClickAsync();
        await page.WaitForFunctionAsync("document.getElementById('name').textContent === 'first' && document.querySelectorAll('#rows tr').length === 3 && document.getElementById('stop').hidden");
        await page.Locator("#runs button[data-run=second]").ClickAsync();
        await page.WaitForFunctionAsync("document.getElementById('name').textContent === 'second'");

        // The button stops the training as Ctrl-C does: it saves, and can be resumed.
        await page.Locator("#stop").ClickAsync();
        var ended = await training.WaitAsync(TimeSpan.FromMinutes(2), cancellation);
        Assert.Equal(ExitCode.Interrupted, ended.Code);
        Assert.True(File.Exists(folder["runs/second/checkpoint.safetensors"]));
        await page.WaitForFunctionAsync("document.getElementById('stop').hidden && document.getElementById('state').className !== 'chip running'");
        Assert.Empty(errors);
    }
}
