using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mekiki.Vision.Kana;

/// <summary>Of each pixel of the frame, the distance to the nearest edge of ink: below 0 inside, in pixels.</summary>
/// <remarks>Lines are united by their smallest distance, so no order of drawing matters. Distances beyond <see cref="Reach"/> are not kept.</remarks>
internal sealed class InkField
{
    /// <summary>How far from ink distances are right, in pixels; farther off they are at least this.</summary>
    public const float Reach = 2.5f;

    private const int Side = Desk.Side;

    /// <summary>The distances, row by row.</summary>
    public readonly float[] Values = new float[Side * Side];

    /// <summary>Takes all ink away.</summary>
    public void Clear() => Array.Fill(Values, Reach);

    /// <summary>Adds a line with round ends, whose radius changes evenly from one end to the other.</summary>
    public void AddLine(float x0, float y0, float r0, float x1, float y1, float r1)
    {
        float most = Math.Max(r0, r1) + Reach;
        int left = Math.Max(0, (int)MathF.Floor(Math.Min(x0, x1) - most)), right = Math.Min(Side - 1, (int)MathF.Ceiling(Math.Max(x0, x1) + most));
        int top = Math.Max(0, (int)MathF.Floor(Math.Min(y0, y1) - most)), bottom = Math.Min(Side - 1, (int)MathF.Ceiling(Math.Max(y0, y1) + most));
        if (left > right || top > bottom)
            return;
        left &= ~(Vector256<float>.Count - 1);

        float dx = x1 - x0, dy = y1 - y0, inverse = 1 / Math.Max(dx * dx + dy * dy, 1e-6f);
        var ramp = Vector256.Create(0f, 1, 2, 3, 4, 5, 6, 7) + Vector256.Create(0.5f - x0);
        var (vdx, vdy, grow) = (Vector256.Create(dx), Vector256.Create(dy), Vector256.Create(r1 - r0));
        ref float values = ref MemoryMarshal.GetArrayDataReference(Values);
        for (int y = top; y <= bottom; y++)
        {
            float py = y + 0.5f - y0;
            var vpy = Vector256.Create(py);
            var base0 = Vector256.Create(py * dy);
            for (int x = left; x <= right; x += Vector256<float>.Count)
            {
                var px = ramp + Vector256.Create((float)x);
                var t = Vector256.Min(Vector256.Max((px * vdx + base0) * inverse, Vector256<float>.Zero), Vector256<float>.One);
                var (ox, oy) = (px - t * vdx, vpy - t * vdy);
                var distance = Vector256.Sqrt(ox * ox + oy * oy) - (Vector256.Create(r0) + t * grow);
                ref float at = ref Unsafe.Add(ref values, y * Side + x);
                Vector256.Min(Vector256.LoadUnsafe(ref at), distance).StoreUnsafe(ref at);
            }
        }
    }
}
