namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>Responses of a layer, position by position, the planes of each side by side: (N, H, W, K), as loops over cells read and write them.</summary>
internal readonly struct Cells : IDisposable
{
    private readonly BufferPool.Rented memory;

    /// <summary>Takes memory for the responses; they are arbitrary at first.</summary>
    /// <param name="count">N, stimuli.</param>
    /// <param name="planes">K.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    public Cells(int count, int planes, int height, int width)
    {
        (Count, Planes, Height, Width) = (count, planes, height, width);
        memory = BufferPool.Rent(count * height * width * planes);
    }

    /// <summary>N.</summary>
    public int Count { get; }

    /// <summary>K.</summary>
    public int Planes { get; }

    /// <summary>H.</summary>
    public int Height { get; }

    /// <summary>W.</summary>
    public int Width { get; }

    /// <summary>N·H·W.</summary>
    public int Positions => Count * Height * Width;

    /// <summary>All responses. It takes a moment: ask once for many positions.</summary>
    public Span<float> All => memory.Span[..(Positions * Planes)];

    /// <summary>Those of an image, (H, W, K).</summary>
    public Span<float> Image(int image) => memory.Span.Slice(image * Height * Width * Planes, Height * Width * Planes);

    /// <summary>A tensor's numbers as (N, H, W, K), for loops that read it image by image.</summary>
    /// <param name="x">(N, K, H, W).</param>
    public static Tensor Rows(Tensor x)
    {
        var rows = x.Permute(0, 2, 3, 1);
        // A convolution that was put off is computed by the first read: here, on all threads, and not within a loop, on one.
        rows.CopyTo([], 0);
        return rows;
    }

    /// <summary>The responses that a tensor holds; it stays as it is.</summary>
    /// <param name="x">(N, K, H, W).</param>
    public static Cells Of(Tensor x)
    {
        var cells = new Cells(x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        x.Permute(0, 2, 3, 1).CopyTo(cells.All);
        return cells;
    }

    /// <summary>The responses as a tensor, (N, K, H, W), without a copy: only until they are disposed of.</summary>
    public Tensor AsTensor() => memory.ToTensor([Count, Height, Width, Planes]).Permute(0, 3, 1, 2);

    /// <summary>A copy as a tensor, (N, K, H, W).</summary>
    public Tensor ToTensor()
    {
        var copy = new TensorBuffer(Positions * (long)Planes);
        All.CopyTo(copy.Span);
        return copy.ToTensor([Count, Height, Width, Planes]).Permute(0, 3, 1, 2);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => memory.Dispose();
}
