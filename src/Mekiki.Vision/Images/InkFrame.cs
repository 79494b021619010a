namespace Mekiki.Vision.Images;

/// <summary>Finds what is drawn or written on an image, and brings it, dark on light, into the middle of the wanted size: <see cref="ImageFit.Ink"/>.</summary>
/// <remarks>
/// The border's colour is the paper; ink is what differs from it by more than Otsu's threshold ("A Threshold Selection Method from
/// Gray-Level Histograms", 1979). An image that ink fills is taken whole, as scans of single characters are, whose place in the
/// frame tells something; only a smaller drawing is brought nearer.
/// </remarks>
internal static class InkFrame
{
    private const int LeastContrast = 24;
    private const double MostInk = 0.6, Full = 0.7, Filled = 0.82, Specks = 0.004;

    /// <summary>Writes (H, W, C) pixels as (<paramref name="height"/>, <paramref name="width"/>, C).</summary>
    public static void Run(ReadOnlySpan<byte> image, ImageShape shape, Span<byte> destination, int height, int width, Resampling resampling)
    {
        Span<byte> paper = stackalloc byte[shape.Channels];
        FitKernel.BorderColour(image, shape.Height, shape.Width, paper);
        int[] columns = new int[shape.Width], rows = new int[shape.Height];
        bool isLight = Find(image, shape, paper, columns, rows);
        var window = WindowOf(columns, rows, shape, (double)width / height);
        for (int at = 0; at < destination.Length; at += shape.Channels)
            paper.CopyTo(destination[at..]);
        Place(image, shape, window, destination, height, width, resampling);
        if (isLight)
            for (int i = 0; i < destination.Length; i++)
                destination[i] = (byte)(255 - destination[i]);
    }

    /// <summary>Counts the ink of each column and each row.</summary>
    /// <returns>Whether ink is lighter than paper.</returns>
    private static bool Find(ReadOnlySpan<byte> image, ImageShape shape, ReadOnlySpan<byte> paper, int[] columns, int[] rows)
    {
        int channels = shape.Channels, pixels = shape.Height * shape.Width;
        Span<long> counts = stackalloc long[256];
        counts.Clear();
        for (int i = 0; i < pixels; i++)
            counts[Difference(image.Slice(i * channels, channels), paper, out _)]++;
        int threshold = Math.Max(LeastContrast, Otsu(counts, pixels));
        long lighter = 0, ink = 0;
        for (int y = 0, i = 0; y < shape.Height; y++)
            for (int x = 0; x < shape.Width; x++, i++)
                if (Difference(image.Slice(i * channels, channels), paper, out int sign) >= threshold)
                {
                    columns[x]++;
                    rows[y]++;
                    ink++;
                    lighter += sign;
                }

        return lighter > 0 && ink > 0;
    }

    // The largest difference of a channel, 0 to 255; and whether all channels together are lighter (1) or darker (-1).
    private static int Difference(ReadOnlySpan<byte> pixel, ReadOnlySpan<byte> paper, out int sign)
    {
        int most = 0, sum = 0;
        for (int c = 0; c < pixel.Length; c++)
        {
            int difference = pixel[c] - paper[c];
            sum += difference;
            most = Math.Max(most, Math.Abs(difference));
        }

        sign = Math.Sign(sum);
        return most;
    }

    /// <summary>The value that parts a histogram in two so that the variance between both is largest: the least value of the upper part.</summary>
    private static int Otsu(ReadOnlySpan<long> counts, int all)
    {
        double sum = 0, lowerSum = 0, best = 0;
        long lower = 0;
        for (int v = 0; v < counts.Length; v++)
            sum += (double)v * counts[v];
        int threshold = counts.Length;
        for (int v = 0; v + 1 < counts.Length; v++)
        {
            lower += counts[v];
            lowerSum += (double)v * counts[v];
            if (lower == 0 || lower == all)
                continue;
            double difference = lowerSum / lower - (sum - lowerSum) / (all - lower), between = (double)lower * (all - lower) * difference * difference;
            if (between > best)
                (best, threshold) = (between, v + 1);
        }

        return threshold;
    }

    /// <summary>The part of the plane that is seen, in pixels of the image; it may reach beyond it.</summary>
    private static Window WindowOf(int[] columns, int[] rows, ImageShape shape, double aspect)
    {
        long ink = columns.Sum(c => (long)c);
        double side = Math.Max(shape.Height, shape.Width / aspect);
        var whole = new Window((shape.Width - side * aspect) / 2, (shape.Height - side) / 2, side * aspect, side);
        if (ink == 0 || ink > MostInk * shape.Height * shape.Width)
            return whole;
        var (left, right) = Extent(columns, ink);
        var (top, bottom) = Extent(rows, ink);
        double needed = Math.Max(bottom - top, (right - left) / aspect);
        if (needed >= Full * side)
            return whole;
        side = Math.Max(needed / Filled, 1);
        return new((left + right - side * aspect) / 2, (top + bottom - side) / 2, side * aspect, side);
    }

    // From where to where ink lies; the least of it at both ends may be specks.
    private static (int From, int To) Extent(int[] counts, long ink)
    {
        long most = (long)(Specks * ink), seen = 0;
        int from = 0, to = counts.Length;
        while ((seen += counts[from]) <= most)
            from++;
        seen = 0;
        while ((seen += counts[to - 1]) <= most)
            to--;
        return (from, Math.Max(to, from + 1));
    }

    private static void Place(ReadOnlySpan<byte> image, ImageShape shape, in Window window, Span<byte> destination, int height, int width, Resampling resampling)
    {
        int channels = shape.Channels;
        int left = Math.Clamp((int)Math.Floor(window.Left), 0, shape.Width - 1), right = Math.Clamp((int)Math.Ceiling(window.Left + window.Width), left + 1, shape.Width);
        int top = Math.Clamp((int)Math.Floor(window.Top), 0, shape.Height - 1), bottom = Math.Clamp((int)Math.Ceiling(window.Top + window.Height), top + 1, shape.Height);
        int toLeft = At(left - window.Left, width / window.Width, width - 1), toRight = Math.Max(toLeft + 1, At(right - window.Left, width / window.Width, width));
        int toTop = At(top - window.Top, height / window.Height, height - 1), toBottom = Math.Max(toTop + 1, At(bottom - window.Top, height / window.Height, height));
        int toLength = (toRight - toLeft) * channels;
        var part = new byte[(bottom - top) * (right - left) * channels];
        FitKernel.Part(image, shape, top, left, part, bottom - top, right - left);
        var scaled = new byte[(toBottom - toTop) * toLength];
        ResizeKernel.Run(part, new ImageShape(channels, bottom - top, right - left), scaled, toBottom - toTop, toRight - toLeft, resampling);
        for (int y = toTop; y < toBottom; y++)
            scaled.AsSpan((y - toTop) * toLength, toLength).CopyTo(destination[((y * width + toLeft) * channels)..]);
    }

    private static int At(double distance, double scale, int most) => Math.Clamp((int)Math.Floor(distance * scale + 0.5), 0, most);

    private readonly record struct Window(double Left, double Top, double Width, double Height);
}
