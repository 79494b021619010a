using System.Net;
using System.Net.Sockets;
using Mekiki.Workbench.Watching;

namespace Mekiki.Cli.Tests.Commands;

public sealed class WatchCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Watch_ServesUntilCtrlC()
    {
        Directory.CreateDirectory(folder["runs"]);
        var run = TestHost.New(pressAt: "Serving at").Then(["watch", folder["runs"], "--port", "0"]);
        Assert.Equal(0, run.Code);
        Assert.Matches(@"^Serving at http://127\.0\.0\.1:\d+\. Ctrl-C ends it\.", run.Error);
    }

    [Fact]
    public void WrongFolderAndPort_AreTold()
    {
        Assert.StartsWith($"{folder["none"]}: expected the folder of a run, or one with runs, got no such folder.", TestHost.Run(["watch", folder["none"]]).Mistake());
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        Assert.StartsWith("--port: expected an address that is free", TestHost.Run("watch", folder[""], "--port", $"{((IPEndPoint)other.LocalEndpoint).Port}").Mistake());
    }

    [Theory]
    [InlineData(null, "<html lang=\"en\">")]
    [InlineData("ja", "<html lang=\"en\" data-language=\"ja\">")]
    public async Task Page_HasTheLanguageOfTheCommand(string? language, string expected)
    {
        Directory.CreateDirectory(folder["runs"]);
        var cancellation = TestContext.Current.CancellationToken;
        var host = TestHost.New().Host;
        host.AskedLanguage = Language.Of(language);
        await using var app = WatchPage.Build(host, new WatchedRuns([folder["runs"]]), "http://127.0.0.1:0");
        await app.StartAsync(cancellation);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        Assert.Contains(expected, await client.GetStringAsync("/", cancellation));
    }

    [Fact]
    public async Task Page_AnswersThisMachineAlone_AndStopsOnlyForItself()
    {
        Assert.Equal(0, TestHost.Run("train", "--data", Pictures.Folder(folder), "--model", "mlp", "--out", folder["runs/one"]).Code);
        var cancellation = TestContext.Current.CancellationToken;
        await using var app = WatchPage.Build(TestHost.New().Host, new WatchedRuns([folder["runs"]]), "http://127.0.0.1:0");
        await app.StartAsync(cancellation);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        foreach (string file in new[] { "/", "/watch.css", "/watch.js", "/curves.js", "/words.js" })
        {
            using var answer = await client.GetAsync(file, cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.StartsWith("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
        }

        Assert.Contains("\"name\":\"one\"", await client.GetStringAsync("/runs", cancellation));
        Assert.Contains("\"series\":", await client.GetStringAsync("/runs/one", cancellation));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/runs/other", cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/runs/..%2F..%2Fetc", cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsync("/runs/one/stop", null, cancellation)).StatusCode);
        using var stop = new HttpRequestMessage(HttpMethod.Post, "/runs/one/stop");
        stop.Headers.Add("X-Mekiki-Stop", "1");
        Assert.Equal(HttpStatusCode.Conflict, (await client.SendAsync(stop, cancellation)).StatusCode);
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/runs");
        foreign.Headers.Host = "example.org";
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(foreign, cancellation)).StatusCode);
    }
}
