using Microsoft.Playwright;

namespace Mekiki.Serving.Tests;

/// <summary>Debian's Chromium, driven by Playwright; started once for the tests of a class.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string? program = new[] { "chromium", "chromium-browser", "google-chrome" }
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        if (program is null)
            return;
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--host-resolver-rules=MAP * 127.0.0.1:9, EXCLUDE 127.0.0.1"],
        });
    }

    /// <summary>A window of its own at an address; the page is ready. What it writes to its console as an error fails the test.</summary>
    internal async Task<IPage> Open(Service service, List<string> errors, int width = 1280, ColorScheme scheme = ColorScheme.Light, string language = "en", string path = "/", List<string>? asked = null)
    {
        Assert.SkipUnless(browser is not null, "chromium is not installed.");
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme, Locale = language, BaseURL = service.Address.ToString(), AcceptDownloads = true, HasTouch = width < 600 });
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                errors.Add(message.Text);
        };
        page.PageError += (_, error) => errors.Add(error);
        page.Request += (_, request) =>
        {
            if (request.Url.StartsWith("http", StringComparison.Ordinal))
                asked?.Add(request.Url);
        };
        await page.GotoAsync(path);
        await page.WaitForSelectorAsync("body[data-ready=yes]");
        return page;
    }

    /// <summary>A window in which the page asks for a key.</summary>
    internal async Task<IPage> OpenClosed(Service service)
    {
        Assert.SkipUnless(browser is not null, "chromium is not installed.");
        var page = await (await browser.NewContextAsync(new() { BaseURL = service.Address.ToString(), Locale = "en" })).NewPageAsync();
        await page.GotoAsync("/");
        await Assertions.Expect(page.Locator("#key-form")).ToBeVisibleAsync();
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
    }
}
