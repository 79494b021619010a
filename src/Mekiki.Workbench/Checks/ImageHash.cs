using System.Numerics;
using Mekiki.Vision.Images;

namespace Mekiki.Workbench.Checks;

/// <summary>Two hashes of an image, of 64 bits each: whether each of 8x8 places is lighter than its right neighbour, and than the one below.</summary>
/// <remarks>
/// Krawetz, "Kind of Like That", 2013: dHash.
/// Differs from the source: a neighbour must be lighter by 2 of 255, so that even paper gives no bits; and the second hash, for images of stripes across.
/// </remarks>
/// <param name="Across">Of right neighbours.</param>
/// <param name="Down">Of those below.</param>
internal readonly record struct ImageHash(ulong Across, ulong Down)
{
    /// <summary>Hashes that differ in more bits are of different images.</summary>
    public const int MostBits = 3;

    // Hashes with fewer bits tell nothing: any two would be alike.
    private const int LeastBits = MostBits + 1;
    private const int Side = 8;
    private const float LeastStep = 2;

    /// <summary>Whether the first hash tells enough to compare by.</summary>
    public bool HasAcross => BitOperations.PopCount(Across) >= LeastBits;

    /// <summary>Whether the second does, and is needed: for this image or one like it the first may not be enough.</summary>
    public bool NeedsDown => BitOperations.PopCount(Down) >= LeastBits && BitOperations.PopCount(Across) < LeastBits + MostBits;

    /// <summary>The hashes of an image of 9x9 pixels or more.</summary>
    public static ImageHash Of(ReadOnlySpan<byte> image, ImageShape shape)
    {
        Span<float> wide = stackalloc float[(Side + 1) * Side], high = stackalloc float[(Side + 1) * Side];
        AreaMeans.Write(image, shape, wide, Side, Side + 1);
        AreaMeans.Write(image, shape, high, Side + 1, Side);
        ulong across = 0, down = 0;
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
            {
                across = across << 1 | (wide[(Side + 1) * y + x] > wide[(Side + 1) * y + x + 1] + LeastStep ? 1UL : 0);
                down = down << 1 | (high[Side * y + x] > high[Side * (y + 1) + x] + LeastStep ? 1UL : 0);
            }

        return new(across, down);
    }
}
