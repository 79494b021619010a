using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Benchmarks;

/// <summary>What the benchmarks have in common: one thread, so that a figure is of the kernel, and numbers that both sides get.</summary>
internal static class Subject
{
    public static Generator Prepare()
    {
        Threads.Count = 1;
        return new Generator(0);
    }

    public static float[] Numbers(int count, ref Generator generator)
    {
        var values = new float[count];
        foreach (ref float value in values.AsSpan())
            value = (float)generator.Normal();
        return values;
    }

    /// <summary>Small whole numbers, as kernels read them; to be released.</summary>
    public static unsafe CpuStorage Filled(int count)
    {
        var storage = CpuStorage.Floats(count);
        for (int i = 0; i < count; i++)
            storage.Pointer[i] = i % 7 - 3;
        return storage;
    }

    /// <summary>A comparison of two that compute different things would be worthless.</summary>
    public static void Same(ReadOnlySpan<float> plain, ReadOnlySpan<float> ours, double most = 1e-4)
    {
        double difference = 0, norm = 0;
        for (int i = 0; i < plain.Length; i++)
        {
            difference += Math.Pow(plain[i] - ours[i], 2);
            norm += Math.Pow(plain[i], 2);
        }

        if (plain.Length != ours.Length || Math.Sqrt(difference / norm) > most)
            throw new InvalidOperationException($"The two differ by {Math.Sqrt(difference / norm):g3}.");
    }
}
