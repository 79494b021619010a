namespace Mekiki.Onnx.Import;

/// <summary>Where windows lie over the places of images, in each of their dimensions.</summary>
/// <param name="Kernel">Side of a window.</param>
/// <param name="Strides">Places from window to window.</param>
/// <param name="Dilations">Places from tap to tap.</param>
/// <param name="Before">Margin before the first place.</param>
/// <param name="After">Margin behind the last, with <paramref name="Overhang"/>.</param>
/// <param name="Overhang">How far the last window reaches over the margin, where sizes are rounded up.</param>
internal sealed record Windows(int[] Kernel, int[] Strides, int[] Dilations, int[] Before, int[] After, int[] Overhang)
{
    /// <summary>As a node tells them.</summary>
    /// <param name="call">The node.</param>
    /// <param name="kernel">Sides of a window.</param>
    /// <param name="sides">Sides of the images.</param>
    public static Windows Of(NodeCall call, int[] kernel, int[] sides)
    {
        int rank = kernel.Length;
        if (sides.Length != rank)
            throw call.Wrong($"images of {rank + 2} dimensions", sides.Length + 2);
        int[] strides = List("strides", 1), dilations = List("dilations", 1), before = new int[rank], after = new int[rank], overhang = new int[rank];
        string auto = call.Text("auto_pad", "NOTSET");
        long[]? pads = call.Integers("pads");
        if (pads is not null && pads.Length != 2 * rank)
            throw call.Wrong($"{2 * rank} margins", pads.Length);
        for (int d = 0; d < rank; d++)
        {
            long reach = (kernel[d] - 1L) * dilations[d] + 1;
            if (auto is "SAME_UPPER" or "SAME_LOWER")
            {
                long count = (sides[d] + strides[d] - 1L) / strides[d], all = Math.Max(0, (count - 1) * strides[d] + reach - sides[d]);
                before[d] = call.Small(auto == "SAME_UPPER" ? all / 2 : all - all / 2);
                after[d] = call.Small(all - before[d]);
            }
            else if (pads is not null && auto != "VALID")
                (before[d], after[d]) = (call.Small(pads[d]), call.Small(pads[d + rank]));
            // A margin as wide as the windows is nothing but margin in some of them: no network has it, and it would take any memory.
            if (before[d] >= reach || after[d] >= reach)
                throw call.Wrong($"margins narrower than the windows, {reach}", Math.Max(before[d], after[d]));
            long room = (long)sides[d] + before[d] + after[d];
            if (room < reach)
                throw call.Wrong($"images at least as large as the windows, {reach}", room);
            // With sizes rounded up, the last window may reach over the margin; it must begin before its end.
            if (call.Integer("ceil_mode", 0) == 1 && (room - reach) % strides[d] is > 0 and var rest && (room - rest - reach + strides[d]) < sides[d] + before[d])
            {
                overhang[d] = (int)(strides[d] - rest);
                after[d] = call.Small((long)after[d] + overhang[d]);
            }
        }

        return new Windows(kernel, strides, dilations, before, after, overhang);

        int[] List(string name, int otherwise)
        {
            long[]? given = call.Integers(name);
            if (given is null)
                return [.. Enumerable.Repeat(otherwise, rank)];
            return given.Length == rank ? Array.ConvertAll(given, s => call.Small(s, 1)) : throw call.Wrong($"{rank} numbers as {name}", given.Length);
        }
    }

    /// <summary>Whether the engine has such windows itself: squares over images, and margins alike on all sides.</summary>
    public bool IsSquare => Kernel.Length == 2 && Kernel[0] == Kernel[1] && HasOneStep && Before[0] == Before[1] && After[0] == Before[0] && After[1] == Before[0];

    /// <summary>Whether steps are alike in both dimensions.</summary>
    public bool HasOneStep => Strides[0] == Strides[^1] && Dilations[0] == Dilations[^1];

    /// <summary>How many windows there are along a dimension.</summary>
    public int Count(int dimension, int side) => (side + Before[dimension] + After[dimension] - (Kernel[dimension] - 1) * Dilations[dimension] - 1) / Strides[dimension] + 1;
}
