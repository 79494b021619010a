using Mekiki.Vision.Classical;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Models;

/// <summary>The local descriptors of an image: RootSIFT where there is contrast, reduced, each with its position.</summary>
internal sealed class ImageDescriptors
{
    private readonly SiftFisherSvmOptions options;
    private readonly ImageShape input;
    private readonly DenseSift sift;

    public ImageDescriptors(ImageShape input, SiftFisherSvmOptions options)
    {
        (this.input, this.options) = (input, options);
        sift = new DenseSift(input.Height, input.Width, options.Step, [.. options.BinWidths]);
    }

    /// <summary>The most that an image has, T.</summary>
    public int Count => sift.Count;

    /// <summary>Numbers in a reduced descriptor.</summary>
    public int Dimensions => options.Components + (options.AppendPositions ? 2 : 0);

    /// <summary>Writes those of enough contrast.</summary>
    /// <param name="image">(C, H, W).</param>
    /// <param name="descriptors">Room for (T, 128).</param>
    /// <param name="positions">Room for (T, 2).</param>
    /// <param name="scales">Room for (T), which of the bin widths each has; or empty.</param>
    /// <returns>How many there are; 0 for an image of one colour.</returns>
    public int Describe(ReadOnlySpan<float> image, Span<float> descriptors, Span<float> positions, Span<int> scales = default)
    {
        int pixels = input.Height * input.Width, kept = 0;
        using var scratch = BufferPool.Rent(pixels + Count);
        Span<float> grey = scratch.Span[..pixels], contrasts = scratch.Span.Slice(pixels, Count);
        if (input.Channels == 1)
            image.CopyTo(grey);
        else
            for (int i = 0; i < pixels; i++)
                grey[i] = 0.299f * image[i] + 0.587f * image[pixels + i] + 0.114f * image[2 * pixels + i];
        sift.Describe(grey, descriptors, contrasts);
        float largest = 0;
        foreach (float contrast in contrasts)
            largest = MathF.Max(largest, contrast);
        for (int i = 0; i < Count; i++)
            if (contrasts[i] > 0 && contrasts[i] >= options.LeastContrast * largest)
            {
                descriptors.Slice(i * DenseSift.Length, DenseSift.Length).CopyTo(descriptors[(kept * DenseSift.Length)..]);
                if (!scales.IsEmpty)
                    scales[kept] = i / (Count / options.BinWidths.Count);
                sift.Positions.AsSpan(2 * i, 2).CopyTo(positions[(2 * kept++)..]);
            }

        DenseSift.TakeRoots(descriptors[..(kept * DenseSift.Length)]);
        return kept;
    }

    /// <summary>Reduces descriptors, and appends their positions.</summary>
    /// <param name="descriptors">(N, 128).</param>
    /// <param name="positions">(N, 2).</param>
    /// <param name="pca">The directions.</param>
    /// <param name="reduced">Receives (N, <see cref="Dimensions"/>).</param>
    public void Reduce(ReadOnlySpan<float> descriptors, ReadOnlySpan<float> positions, PrincipalComponents pca, Span<float> reduced)
    {
        int count = positions.Length / 2, components = pca.Outputs;
        pca.Project(descriptors, reduced[..(count * components)]);
        if (!options.AppendPositions)
            return;
        // From the last, so that nothing is overwritten before it has moved.
        for (int i = count - 1; i >= 0; i--)
        {
            reduced.Slice(i * components, components).CopyTo(reduced[(i * Dimensions)..]);
            positions.Slice(2 * i, 2).CopyTo(reduced[(i * Dimensions + components)..]);
        }
    }

    /// <summary>Some of an image's descriptors, drawn without repetition.</summary>
    /// <param name="image">(C, H, W).</param>
    /// <param name="most">At most so many.</param>
    /// <param name="generator">What draws.</param>
    /// <returns>(N, 128) and (N, 2).</returns>
    public (float[] Descriptors, float[] Positions) Sample(ReadOnlySpan<float> image, int most, Generator generator)
    {
        using var scratch = BufferPool.Rent(Count * (DenseSift.Length + 2));
        Span<float> all = scratch.Span[..(Count * DenseSift.Length)], places = scratch.Span.Slice(all.Length, 2 * Count);
        int[] order = [.. Enumerable.Range(0, Describe(image, all, places))];
        generator.Shuffle(order.AsSpan());
        int count = Math.Min(most, order.Length);
        float[] descriptors = new float[count * DenseSift.Length], positions = new float[count * 2];
        for (int i = 0; i < count; i++)
        {
            all.Slice(order[i] * DenseSift.Length, DenseSift.Length).CopyTo(descriptors.AsSpan(i * DenseSift.Length));
            places.Slice(order[i] * 2, 2).CopyTo(positions.AsSpan(i * 2));
        }

        return (descriptors, positions);
    }

    /// <summary>Writes an image's Fisher vector.</summary>
    /// <param name="image">(C, H, W).</param>
    /// <param name="pca">The directions.</param>
    /// <param name="fisher">The mixture.</param>
    /// <param name="vector">Receives the vector.</param>
    public void Encode(ReadOnlySpan<float> image, PrincipalComponents pca, FisherVector fisher, Span<float> vector)
    {
        using var scratch = BufferPool.Rent(Count * (DenseSift.Length + 2 + Dimensions));
        Span<float> descriptors = scratch.Span[..(Count * DenseSift.Length)], positions = scratch.Span.Slice(descriptors.Length, 2 * Count);
        int count = Describe(image, descriptors, positions);
        var reduced = scratch.Span.Slice(descriptors.Length + positions.Length, count * Dimensions);
        Reduce(descriptors[..(count * DenseSift.Length)], positions[..(2 * count)], pca, reduced);
        fisher.Encode(reduced, positions[..(2 * count)], vector);
    }
}
