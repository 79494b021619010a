namespace Mekiki.Serving.Tests;

/// <summary>What a service computes leaves no memory behind that only the garbage collector could find. Tests that look at the memory of the process run alone.</summary>
[Collection(nameof(SteadyMemoryTests))]
[CollectionDefinition(nameof(SteadyMemoryTests), DisableParallelization = true)]
public class SteadyMemoryTests
{
    [Fact]
    public async Task Answers_TakeNoTensorsThatStay()
    {
        await using var service = await Service.Start();
        await Ask(10);
        long before = TensorMemory.UsedBytes;
        await Ask(100);
        Assert.InRange(TensorMemory.UsedBytes - before, long.MinValue, 0);

        async Task Ask(int count)
        {
            for (int i = 0; i < count; i++)
                await Service.Json(service.Post("/models/kana/predict", Made.Pngs[i]));
        }
    }
}
