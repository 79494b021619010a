using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>A slope for negative numbers that is learned, one for each channel.</summary>
internal static class PreluOperation
{
    public static Tensor Apply(Tensor x, Tensor weight)
    {
        Operand.Check("Prelu", x, weight);
        int channels = x.Shape.Rank > 1 ? x.Shape[1] : 1;
        if (weight.Shape.Rank != 1 || (weight.Count != 1 && weight.Count != channels))
            throw new MekikiException($"Prelu: expected a weight (1) or one for each channel ({channels}), got {weight.Shape} for {x.Shape}.");
        if (weight.Count > 1)
        {
            // (C) -> (C, 1, …), which repeats over what comes behind the channels.
            Span<int> sizes = stackalloc int[x.Shape.Rank - 1];
            sizes.Fill(1);
            sizes[0] = channels;
            weight = ReshapeOperation.Apply(weight, new Shape(sizes));
        }

        return ArithmeticOperation.Apply(Combination.Prelu, x, weight);
    }
}
