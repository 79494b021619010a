using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Mekiki.Vision;
using Mekiki.Vision.Images;

namespace Mekiki.Serving.Tests;

/// <summary>Each mistake of a client has its status code and one sentence that says what to do.</summary>
public class StatusTests
{
    private const string Predict = "/models/kana/predict";
    private static readonly byte[] png = Made.Pngs[0], text = Encoding.UTF8.GetBytes("no image");

    [Theory]
    [InlineData("/models/kna/predict", 404, "Model: expected one of kana, got 'kna'. GET /models lists all.")]
    [InlineData(Predict + "?top=0", 400, "top: expected a whole number of 1 or more, got '0'.")]
    [InlineData(Predict + "?top=1&top=2", 400, "top: expected one value, got '2'.")]
    [InlineData(Predict + "?tpo=1", 400, "tpo: expected one of top, explain, unknown_at, unknown_by, set, threshold as the name of a parameter, got 'tpo'.")]
    [InlineData(Predict + "?unknown_by=luck", 400, "unknown_by: expected one of energy, max-logit, probability, neighbours, got 'luck'.")]
    [InlineData(Predict + "?explain=perhaps", 400, "explain: expected true or false, got 'perhaps'.")]
    [InlineData("/models/kana/explain?method=luck", 400, "method: expected one of occlusion, integrated-gradients, grad-cam, hirescam, words, got 'luck'.")]
    [InlineData("/models/kna", 404, "Model: expected one of kana, got 'kna'. GET /models lists all.")]
    [InlineData("/v2/models/kana/versions/2/infer", 404, "Version: expected 1 of 'kana', got '2'.")]
    public async Task Addresses_ThatAreWrong_SayWhat(string path, int status, string detail)
    {
        await using var service = await Service.Start();
        Assert.Equal((status, detail), await Service.Problem(service.Post(path, png)));
    }

    [Fact]
    public async Task Calibration_ThatIsMissing_IsTold()
    {
        await using var service = await Service.Start(null, ("fresh", Made.Fresh(1, "a", "b")));
        var (status, detail) = await Service.Problem(service.Post("/models/fresh/predict?unknown_at=95", png));
        Assert.Equal(400, status);
        Assert.StartsWith("UnknownAt: expected a model that was calibrated", detail);
    }

    [Fact]
    public async Task Bodies_ThatAreNoImages_AreRefused()
    {
        await using var service = await Service.Start();
        Assert.Equal((422, "image: expected an image (PNG, JPEG, TIFF, BMP, GIF or WebP), got something else. Check the file."), await Service.Problem(service.Post(Predict, text)));
        Assert.Equal((422, "image: expected an image, got 0 bytes. Check the file."), await Service.Problem(service.Post(Predict, Array.Empty<byte>())));
        Assert.Equal(422, (await Service.Problem(service.Post(Predict, png[..^40]))).Status);
        Assert.Equal(422, (await Service.Problem(service.Post("/models/kana", text))).Status);
        Assert.Equal(422, (await Service.Problem(service.Post("/models/kana/explain", text))).Status);
        Assert.Equal(415, (await Service.Problem(service.Post(Predict, png, "application/json"))).Status);
        Assert.Equal(415, (await Service.Problem(service.Post(Predict, png, "text/html"))).Status);
        Assert.Equal(400, (await Service.Problem(service.Post(Predict, png, "multipart/form-data"))).Status);
        Assert.Equal(400, (await Service.Problem(service.Post(Predict, png, "multipart/form-data; boundary=abc"))).Status);
        Assert.Equal((400, "Body: expected one image or more as parts of multipart/form-data, got none."), await Service.Problem(service.Post(Predict, Encoding.ASCII.GetBytes("--abc--\r\n"), "multipart/form-data; boundary=abc")));
        using var packed = new HttpRequestMessage(HttpMethod.Post, Predict) { Content = new ByteArrayContent(png) { Headers = { ContentType = new MediaTypeHeaderValue("image/png"), ContentEncoding = { "gzip" } } } };
        Assert.Equal((415, "Content-Encoding: expected none, got 'gzip'. Send the body as it is."), await Service.Problem(service.Client.SendAsync(packed, TestContext.Current.CancellationToken)));
        // As curl --data-binary sends it.
        await Service.Json(service.Post(Predict, png, "application/x-www-form-urlencoded"));
    }

    [Fact]
    public async Task Limits_AreHeldAndTold()
    {
        await using var service = await Service.Start(o => (o.MostBody, o.MostImages, o.MostPixels) = (1, 3, 1));
        var large = new byte[(1 << 20) + 1];
        Assert.Equal((413, "Body: expected at most 1 MiB, got more. Send fewer or smaller images."), await Service.Problem(service.Post(Predict, large)));
        var unknownLength = new StreamContent(new MemoryStream(large)) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        using var chunked = new HttpRequestMessage(HttpMethod.Post, Predict) { Content = unknownLength, Headers = { TransferEncodingChunked = true } };
        Assert.Equal(413, (await Service.Problem(service.Client.SendAsync(chunked, TestContext.Current.CancellationToken))).Status);
        Assert.Equal(413, (await Service.Problem(service.Post(Predict, [large]))).Status);
        Assert.Equal((413, "Images: expected at most 3 in one request, got more. Send them in several."), await Service.Problem(service.Post(Predict, [png, png, png, png])));
        byte[] wide = Made.Png(new byte[1100 * 1000], 1100, 1000);
        Assert.Equal((422, "image: expected at most 1 megapixels, got 1.0. Send a smaller image."), await Service.Problem(service.Post(Predict, wide)));
    }

    [Fact]
    public async Task Queue_ThatIsFull_RefusesWithRetryAfter()
    {
        await using var service = await Service.Start(o => (o.MostWaiting, o.MostImages) = (2, 64));
        using var response = await service.Post(Predict, Enumerable.Repeat(png, 40));
        // A batch may be answered while the parts are read.
        if (response.IsSuccessStatusCode)
            Assert.Skip("The machine was faster than the request.");
        Assert.Equal(429, (int)response.StatusCode);
        Assert.Equal(1, response.Headers.RetryAfter?.Delta?.TotalSeconds);
        Assert.Contains("Queue: expected at most 2 images of 'kana' at one time, got more. Ask again later.", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        // No place is lost.
        for (int i = 0; i < 5; i++)
            await Service.Json(service.Post(Predict, png));
    }

    [Fact]
    public async Task Keys_AreDemandedInEitherHeader()
    {
        await using var service = await Service.Start(o => o.ApiKeys = ["first", "second"]);
        Assert.Equal(401, (await Service.Problem(service.Post(Predict, png))).Status);
        Assert.Equal(401, await Status(("X-API-Key", "third")));
        Assert.Equal(401, await Status(("Authorization", "Basic second")));
        Assert.Equal(200, await Status(("X-API-Key", "second")));
        Assert.Equal(200, await Status(("Authorization", "Bearer first")));
        foreach (string open in new[] { "/v2/health/live", "/v2/health/ready", "/", "/openapi/v1.json" })
            Assert.Equal(200, (int)(await service.Client.GetAsync(open, TestContext.Current.CancellationToken)).StatusCode);
        foreach (string closed in new[] { "/models", "/models/kana/card", "/metrics", "/v2", "/v2/models/kana" })
            Assert.Equal(401, (await Service.Problem(service.Client.GetAsync(closed, TestContext.Current.CancellationToken))).Status);

        async Task<int> Status((string Name, string Value) header)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Predict) { Content = new ByteArrayContent(png) };
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
            using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
            return (int)response.StatusCode;
        }
    }

    [Fact]
    public async Task Pages_Elsewhere_MayNotAsk()
    {
        await using var service = await Service.Start();
        Assert.Equal(403, await Status("Host", "evil.example"));
        Assert.Equal(403, await Status("Origin", "https://evil.example"));
        Assert.Equal(200, await Status("Host", $"localhost:{service.Address.Port}"));
        Assert.Equal(200, await Status("Origin", service.Address.GetLeftPart(UriPartial.Authority)));

        async Task<int> Status(string name, string value)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Predict) { Content = new ByteArrayContent(png) };
            request.Headers.TryAddWithoutValidation(name, value);
            using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            return (int)response.StatusCode;
        }
    }

    [Fact]
    public async Task Origins_ThatAreNamed_MayAsk()
    {
        await using var service = await Service.Start(o => (o.Origins, o.ApiKeys) = (["https://example.org"], ["key"]));
        using var ask = new HttpRequestMessage(HttpMethod.Options, Predict) { Headers = { { "Origin", "https://example.org" }, { "Access-Control-Request-Method", "POST" } } };
        using var answer = await service.Client.SendAsync(ask, TestContext.Current.CancellationToken);
        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Equal("https://example.org", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        using var other = new HttpRequestMessage(HttpMethod.Options, Predict) { Headers = { { "Origin", "https://evil.example" } } };
        using var refused = await service.Client.SendAsync(other, TestContext.Current.CancellationToken);
        Assert.False(refused.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Models_AreListedWithTheirCards()
    {
        await using var service = await Service.Start(null, ("kana", Made.Trained), ("fresh", Made.Fresh(1, "a", "b")));
        var list = await Service.Json(service.Client.GetAsync("/models", TestContext.Current.CancellationToken));
        Assert.Equal(["kana", "fresh"], list.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()));
        var card = await Service.Json(service.Client.GetAsync("/models/fresh/card", TestContext.Current.CancellationToken));
        Assert.Equal(["a", "b"], card.GetProperty("classes").EnumerateArray().Select(c => c.GetString()));
        Assert.Equal(404, (await Service.Problem(service.Client.GetAsync("/models/kana/report", TestContext.Current.CancellationToken))).Status);
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(service.FileOf("kana"))!, "report.html"), "<p>good");
        Assert.Equal("<p>good", await service.Client.GetStringAsync("/models/kana/report", TestContext.Current.CancellationToken));
        var metadata = await Service.Json(service.Client.GetAsync("/v2/models/kana", TestContext.Current.CancellationToken));
        Assert.Equal("[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[-1]},{\"name\":\"pixels\",\"datatype\":\"UINT8\",\"shape\":[-1,1,-1,-1]}]", JsonSerializer.Serialize(metadata.GetProperty("inputs")));
    }

    [Fact]
    public async Task Explanation_IsAPngOfTheInputsSize()
    {
        await using var service = await Service.Start();
        using var response = await service.Post("/models/kana/explain?method=grad-cam", png);
        byte[] picture = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal("image/png", response.Content.Headers.ContentType?.MediaType);
        using var bitmap = SkiaSharp.SKBitmap.Decode(picture);
        Assert.Equal((48, 48), (bitmap.Width, bitmap.Height));
        var answer = await Service.Json(service.Post(Predict + "?explain=true", png));
        Assert.Equal(0x89, Convert.FromBase64String(answer.GetProperty("explanation").GetString()!)[0]);
    }

    [Fact]
    public async Task Management_UnloadsAndLoadsTheModelsOfTheStart()
    {
        await using var closed = await Service.Start();
        Assert.Equal(404, (int)(await closed.Post("/v2/repository/models/kana/unload", [])).StatusCode);
        await using var service = await Service.Start(o => o.CanManage = true);
        await Service.Json(service.Post("/v2/repository/models/kana/unload", []));
        Assert.Equal((503, "Model: expected 'kana' to be loaded, got one that is not. Ask again later."), await Service.Problem(service.Post(Predict, png)));
        Assert.Equal(503, (int)(await service.Client.GetAsync("/v2/health/ready", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal("UNAVAILABLE", (await Service.Json(service.Post("/v2/repository/index", [])))[0].GetProperty("state").GetString());
        await Service.Json(service.Post("/v2/repository/models/kana/load", []));
        await Service.Json(service.Post(Predict, png));
    }

    [Fact]
    public async Task Weights_OfAllModels_ShareTheirMemory()
    {
        var (one, larger) = (Made.Trained, Made.Larger);
        long bytes = BytesOf(one), more = BytesOf(larger);
        int room = (int)(bytes >> 20) + 1;
        Assert.True(more > (long)room << 20);
        var problem = await Assert.ThrowsAsync<MekikiException>(() => Service.Start(o => o.MostWeights = room, ("one", one), ("two", one)));
        Assert.Equal(FormattableString.Invariant($"Weights: expected at most {room} MiB of all models together, got {2.0 * bytes / (1 << 20):N1} with 'two'. Serve fewer models, or allow more."), problem.Message);

        // A file that needs more than there is changes nothing; what is unloaded gives its room back.
        await using var service = await Service.Start(o => (o.MostWeights, o.CanManage, o.WatchInterval) = (room, true, 5), ("one", one));
        larger.Save(service.FileOf("one"));
        while (!(await service.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).Contains("mekiki_model_reloads_total{model=\"one\",outcome=\"failed\"} ", StringComparison.Ordinal))
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(1, (await Service.Json(service.Client.GetAsync("/models", TestContext.Current.CancellationToken))).GetProperty("models")[0].GetProperty("version").GetInt32());
        await Service.Json(service.Post("/v2/repository/models/one/unload", []));
        Assert.StartsWith($"Weights: expected at most {room} MiB", (await Service.Problem(service.Post("/v2/repository/models/one/load", []))).Detail);
        one.Save(service.FileOf("one"));
        await Service.Json(service.Post("/v2/repository/models/one/load", []));
        await Service.Json(service.Post("/models/one/predict", png));
    }

    private static long BytesOf(Recognizer recognizer) => recognizer.Network.StateDict().Sum(w => w.Tensor.Count * (long)sizeof(float));

    [Fact]
    public async Task SimilarImages_AreTheNearestTrainingImages()
    {
        await using var without = await Service.Start();
        Assert.Equal((404, "Examples: expected 'kana' to be served with its training images, got it without. Start the service with --examples."), await Service.Problem(without.Post("/models/kana/similar", png)));
        var (set, train) = Made.Training;
        await using var service = await Service.Start(null, _ => Made.Training);
        JsonElement answer;
        while (true)
        {
            using var response = await service.Post("/models/kana/similar?count=3", png);
            if ((int)response.StatusCode == 503)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
                continue;
            }

            answer = await Service.Json(Task.FromResult(response));
            break;
        }

        // Found again by other means.
        var (all, length) = FeatureNeighbours.UnitFeatures(Made.Trained, set, train, cancellation: TestContext.Current.CancellationToken);
        float[] own = Made.Trained.Features(Made.Trained.Prepare(ImageInput.FromBytes(png))).ToArray();
        double norm = Math.Sqrt(own.Sum(v => v * (double)v));
        var expected = train.Select((image, i) => (image, Cosine: Enumerable.Range(0, length).Sum(d => (double)all[i * length + d] * own[d]) / norm)).OrderByDescending(c => c.Cosine).Take(3).ToArray();
        var found = answer.GetProperty("images").EnumerateArray().ToArray();
        Assert.Equal(expected.Select(e => set.Names[e.image]), found.Select(f => f.GetProperty("image").GetString()));
        Assert.Equal(expected.Select(e => set.Classes[set.Labels[e.image]]), found.Select(f => f.GetProperty("label").GetString()));
        foreach (var (e, f) in expected.Zip(found))
        {
            Assert.Equal(e.Cosine, f.GetProperty("similarity").GetDouble(), 1e-4);
            using var bitmap = SkiaSharp.SKBitmap.Decode(Convert.FromBase64String(f.GetProperty("picture").GetString()!));
            Assert.Equal(set.Image(e.image)[..48].ToArray(), Enumerable.Range(0, 48).Select(x => bitmap.GetPixel(x, 0).Red));
        }

        // A training image is most like itself.
        byte[] known = Made.Png(set.Image(train[7]), 48, 48);
        var itself = (await Service.Json(service.Post("/models/kana/similar", known))).GetProperty("images");
        Assert.Equal(5, itself.GetArrayLength());
        Assert.Equal(set.Names[train[7]], itself[0].GetProperty("image").GetString());
        Assert.Equal(1, itself[0].GetProperty("similarity").GetDouble(), 1e-4);
        Assert.Equal((400, "count: expected a whole number of 1 to 50, got '51'."), await Service.Problem(service.Post("/models/kana/similar?count=51", png)));
        Assert.Equal(422, (await Service.Problem(service.Post("/models/kana/similar", text))).Status);
    }

    [Fact]
    public async Task Metrics_CountWhatWasDone()
    {
        await using var service = await Service.Start(null, ("counted", Made.Trained));
        await Service.Json(service.Post("/models/counted/predict", Made.Pngs[..5]));
        await service.Post("/models/counted/predict", text);
        await service.Post("/models/none/predict", text);
        string metrics = await service.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("\nmekiki_inference_images_total{model=\"counted\"} 5\n", metrics);
        Assert.Contains("\nmekiki_inference_requests_total{model=\"counted\",outcome=\"ok\"} 1\n", metrics);
        Assert.Contains("\nmekiki_inference_requests_total{model=\"counted\",outcome=\"rejected\"} 1\n", metrics);
        Assert.Contains("# TYPE mekiki_inference_duration_seconds histogram\n", metrics);
        Assert.Contains("mekiki_inference_duration_seconds_count{model=\"counted\",stage=\"decode\"} 5\n", metrics);
        Assert.Contains("mekiki_queue_length{model=\"counted\"} 0\n", metrics);
        Assert.DoesNotContain("none", metrics);
    }

    [Fact]
    public async Task Corrections_AreKeptAsAClassFolder()
    {
        using var folder = new TemporaryFolder();
        await using var service = await Service.Start(o => o.Corrections = folder.Path);
        var kept = await Service.Json(service.Post($"/corrections?model=kana&label={Uri.EscapeDataString("あ")}&answer={Uri.EscapeDataString("お")}", png));
        await Service.Json(service.Post($"/corrections?model=kana&label={Uri.EscapeDataString("あ")}", png));
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(png));
        Assert.Equal($"U3042/{hash}.png", kept.GetProperty("file").GetString());
        Assert.Equal(png, File.ReadAllBytes(folder[$"U3042/{hash}.png"]));
        string[] rows = File.ReadAllLines(folder["corrections.csv"]);
        Assert.Equal("image,sha256,label,answer,model,time", rows[0]);
        Assert.StartsWith($"U3042/{hash}.png,{hash},あ,お,kana,", Assert.Single(rows[1..]));
        // A service that is killed between the image and its row is told again, by the next service.
        await Service.Json(service.Post($"/corrections?model=kana&label={Uri.EscapeDataString("い")}", Made.Pngs[1]));
        File.WriteAllLines(folder["corrections.csv"], rows);
        await using (var next = await Service.Start(o => o.Corrections = folder.Path))
            for (int i = 0; i < 2; i++)
                await Service.Json(next.Post($"/corrections?model=kana&label={Uri.EscapeDataString("い")}", Made.Pngs[1]));
        Assert.Equal(3, File.ReadAllLines(folder["corrections.csv"]).Length);
        Assert.Equal(["あ", "い"], Mekiki.Vision.Data.ImageSet.Open(folder.Path).Classes);
        Assert.Equal(400, (await Service.Problem(service.Post("/corrections?model=kana&label=..%2F..%2Fetc", png))).Status);
        Assert.Equal(422, (await Service.Problem(service.Post($"/corrections?model=kana&label={Uri.EscapeDataString("う")}", text))).Status);
        Assert.Equal(404, (await Service.Problem(service.Post("/corrections?model=none&label=a", png))).Status);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "U3046")));
    }
}
