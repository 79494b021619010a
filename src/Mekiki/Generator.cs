using System.Numerics;

namespace Mekiki;

/// <summary>A seeded stream of random numbers; equal keys give equal streams on every machine.</summary>
/// <remarks>
/// xoshiro256**: Blackman, Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS 47, 2021; its state is
/// filled by SplitMix64 over the keys. A mutable struct: pass it by <c>ref</c>. A stream for each purpose comes from
/// <see cref="Generator(ReadOnlySpan{ulong})"/>, for instance <c>new Generator([seed, epoch, image])</c>, so that
/// no draw depends on threads or on the order of work.
/// </remarks>
/// <example>
/// <code>
/// var generator = new Generator([seed, epoch, image]);    // a stream for each image of each epoch
/// var noise = Tensor.Normal([64, 1, 48, 48], ref generator, deviation: 0.1f);
/// </code>
/// </example>
public struct Generator
{
    private ulong s0, s1, s2, s3;

    /// <summary>Creates the stream of one seed.</summary>
    public Generator(ulong seed) : this([seed])
    {
    }

    /// <summary>Creates the stream that belongs to a tuple of keys; every key, and their order, matters.</summary>
    public Generator(params ReadOnlySpan<ulong> keys)
    {
        ulong state = 0x9E3779B97F4A7C15UL * (ulong)(keys.Length + 1);
        foreach (ulong key in keys)
            state = Mix(state + 0x9E3779B97F4A7C15UL) ^ Mix(key + 0xD1B54A32D192ED03UL);
        s0 = Mix(state += 0x9E3779B97F4A7C15UL);
        s1 = Mix(state += 0x9E3779B97F4A7C15UL);
        s2 = Mix(state += 0x9E3779B97F4A7C15UL);
        s3 = Mix(state + 0x9E3779B97F4A7C15UL) | 1;
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64()
    {
        ulong result = BitOperations.RotateLeft(s1 * 5, 7) * 9;
        ulong t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>A whole number, uniform in [0, <paramref name="exclusiveMax"/>).</summary>
    /// <param name="exclusiveMax">0 or more; of 0 the result is 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int NextInt32(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(exclusiveMax);
        return (int)Math.BigMul(NextUInt64(), (ulong)exclusiveMax, out _);
    }

    /// <summary>A number, uniform in [0, 1), with 24 random bits.</summary>
    public float NextSingle() => (NextUInt64() >> 40) * (1f / (1 << 24));

    /// <summary>A number, uniform in [0, 1), with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number, uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double Uniform(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>A number, normal with mean 0 and standard deviation 1 (Box and Muller 1958, the cosine branch).</summary>
    public double Normal()
    {
        double u = 1.0 - NextDouble(), v = NextDouble();
        return Math.Sqrt(-2.0 * Math.Log(u)) * Math.Cos(2.0 * Math.PI * v);
    }

    /// <summary>Shuffles in place (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
