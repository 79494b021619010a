using Mekiki.Files;

namespace Mekiki.Vision.Tests.Classical;

/// <summary>What OpenCV and scikit-learn computed; tests/goldens/make_classical.py says how.</summary>
internal static class ClassicalGoldens
{
    private static readonly Lazy<SafetensorsFile> file = new(Open);

    public static float[] Floats(string name)
    {
        float[] values = new float[file.Value[name].Count];
        file.Value.Read(file.Value[name], values);
        return values;
    }

    public static byte[] Bytes(string name)
    {
        byte[] values = new byte[file.Value[name].Count];
        file.Value.Read(file.Value[name], values);
        return values;
    }

    public static long[] Integers(string name)
    {
        long[] values = new long[file.Value[name].Count];
        file.Value.Read(file.Value[name], values);
        return values;
    }

    public static int[] Shape(string name) => [.. file.Value[name].Shape.ToArray().Select(s => (int)s)];

    public static Tensor Tensor(string name) => Mekiki.Tensor.From(Floats(name), [.. Shape(name)]);

    private static SafetensorsFile Open()
    {
        Assert.SkipWhen(Shared.Repository is null, "The repository with the reference values is not around the tests.");
        return SafetensorsFile.Open(Path.Combine(Shared.Repository!, "tests", "goldens", "classical.safetensors"));
    }
}
