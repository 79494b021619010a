namespace Mekiki.Backends.Cpu.Elements;

/// <summary>Elements taken from given places along one dimension, and the way back.</summary>
internal static unsafe class Gathering
{
    public static void Run<T>(in GatherSizes s, T* x, long* index, T* y) where T : unmanaged
    {
        nint inner = s.Inner;
        for (int o = 0; o < s.Outer; o++, x += s.Length * inner)
            for (int j = 0; j < s.Count; j++, y += inner)
                if (s.IsShared)
                    new ReadOnlySpan<T>(x + (nint)index[j] * inner, s.Inner).CopyTo(new Span<T>(y, s.Inner));
                else
                    for (nint i = 0; i < inner; i++)
                        y[i] = x[(nint)(*index++) * inner + i];
    }

    /// <summary>Adds each dy to where it was taken from.</summary>
    public static void Add(in GatherSizes s, float* dy, long* index, float* dx)
    {
        nint inner = s.Inner;
        for (int o = 0; o < s.Outer; o++, dx += s.Length * inner)
            for (int j = 0; j < s.Count; j++, dy += inner)
                for (nint i = 0; i < inner; i++)
                    dx[(nint)(s.IsShared ? index[j] : *index++) * inner + i] += dy[i];
    }
}
