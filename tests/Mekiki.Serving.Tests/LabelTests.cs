using Mekiki.Vision;
using Mekiki.Vision.Images;

namespace Mekiki.Serving.Tests;

/// <summary>Models of any number of labels: what is above its threshold is told, with its probability.</summary>
public class LabelTests
{
    private static Recognizer Labels()
    {
        var made = Made.Fresh(3, "sand", "sea", "sun");
        return new(made.Network, made.Card with { IsMultiLabel = true, LabelCalibration = new([new(1, 0, 0.01), new(1, 0, 0.99), new(1, 0, 0.5)], 9) });
    }

    [Fact]
    public async Task Predict_TellsLabelsAboveTheirThresholds()
    {
        var recognizer = Labels();
        await using var service = await Service.Start(null, ("beach", recognizer));
        var expected = recognizer.Predict(ImageInput.FromBytes(Made.Pngs[0]));
        var answer = await Service.Json(service.Post("/models/beach/predict", Made.Pngs[0]));
        Assert.Equal(expected.Labels!.Select(l => (l.Label, (double)l.Probability)), answer.GetProperty("labels").EnumerateArray().Select(l => (l.GetProperty("label").GetString()!, (double)l.GetProperty("probability").GetSingle())));
        Assert.Contains("sand", expected.Labels!.Select(l => l.Label));
        Assert.DoesNotContain("sea", expected.Labels!.Select(l => l.Label));
        Assert.Equal(3, answer.GetProperty("top").GetArrayLength());
        Assert.Equal(3, (await Service.Json(service.Post("/models/beach/predict?threshold=0.0001", Made.Pngs[0]))).GetProperty("labels").GetArrayLength());
        Assert.Equal(0, (await Service.Json(service.Post("/models/beach/predict?threshold=1", Made.Pngs[0]))).GetProperty("labels").GetArrayLength());
        var facts = (await Service.Json(service.Client.GetAsync("/models", TestContext.Current.CancellationToken))).GetProperty("models")[0];
        Assert.Equal((true, true), (facts.GetProperty("has_labels").GetBoolean(), facts.GetProperty("is_calibrated").GetBoolean()));
    }

    [Fact]
    public async Task WhatIsNotForLabels_IsTold()
    {
        using var folder = new TemporaryFolder();
        await using var service = await Service.Start(o => o.Corrections = folder.Path, ("beach", Labels()), ("kana", Made.Trained));
        Assert.Equal("UnknownAt: expected a model that tells one class, got one of any number of labels, which may have none. Leave it out.", await Detail("/models/beach/predict?unknown_at=95"));
        Assert.Equal("threshold: expected a number above 0 and at most 1, got '2'.", await Detail("/models/beach/predict?threshold=2"));
        Assert.Equal("threshold: expected it with a model of any number of labels, got '0.5'.", await Detail("/models/kana/predict?threshold=0.5"));
        Assert.Equal("model: expected one that tells one class, got 'beach', which tells any number of labels: folders of classes cannot hold them. Keep a CSV file with a column 'labels'.", await Detail("/corrections?model=beach&label=sea"));

        async Task<string?> Detail(string path)
        {
            var reply = await service.Post(path, Made.Pngs[0]);
            Assert.Equal(400, (int)reply.StatusCode);
            return System.Text.Json.JsonDocument.Parse(await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("detail").GetString();
        }
    }
}
