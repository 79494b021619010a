using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;

namespace Mekiki.Serving.Tests;

/// <summary>Spans of each image below the client's own.</summary>
public class TraceTests
{
    [Fact]
    public async Task Images_HaveSpansBelowTheClients()
    {
        var ended = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Mekiki.Serving" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var service = await Service.Start(null, ("traced", Made.Trained));
        var trace = ActivityTraceId.CreateRandom();
        await Ask(Made.Pngs[0]);
        await Ask([1, 2, 3]);

        var own = ended.Where(a => a.TraceId == trace && a.Source.Name == "Mekiki.Serving").ToArray();
        Assert.Equal(["decode", "decode", "recognize"], own.Select(a => a.OperationName).Order());
        Assert.All(own, a => Assert.Equal("traced", a.GetTagItem("mekiki.model")));
        var recognized = own.Single(a => a.OperationName == "recognize");
        Assert.Equal(1, recognized.GetTagItem("mekiki.batch.size"));
        Assert.InRange((double)recognized.GetTagItem("mekiki.queue.duration")!, 0, 60);
        Assert.Single(own, a => a.Status == ActivityStatusCode.Error && a.StatusDescription!.StartsWith("image: ", StringComparison.Ordinal));

        async Task Ask(byte[] body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/models/traced/predict") { Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse("image/png") } } };
            request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
            using var answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        }
    }
}
