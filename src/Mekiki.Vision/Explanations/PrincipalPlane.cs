namespace Mekiki.Vision.Explanations;

/// <summary>The two principal components of vectors, by subspace iteration: two directions alone need no decomposition of a large matrix.</summary>
/// <remarks>Golub, Van Loan, "Matrix Computations", sections 8.2.4 (orthogonal iteration) and 8.1.1 (Rayleigh quotients).</remarks>
internal static class PrincipalPlane
{
    private const int Iterations = 100;
    private const ulong Purpose = 0x504C_414E_0000_0001; // keeps these draws apart from other uses of a seed

    /// <summary>The vectors' coordinates along the two directions.</summary>
    /// <param name="x">(N, D), of mean 0.</param>
    /// <param name="count">N.</param>
    /// <param name="length">D.</param>
    /// <returns>(N, 2); of each column the entry of largest magnitude is above 0.</returns>
    public static float[] Of(float[] x, int count, int length)
    {
        var generator = new Generator(0, Purpose);
        double[] first = Direction(length, ref generator), second = Direction(length, ref generator);
        for (int i = 0; i < Iterations; i++)
        {
            (first, second) = (Back(x, Along(x, first, count), length), Back(x, Along(x, second, count), length));
            Normalize(first);
            double product = 0;
            for (int d = 0; d < length; d++)
                product += first[d] * second[d];
            for (int d = 0; d < length; d++)
                second[d] -= product * first[d];
            Normalize(second);
        }

        double[] a = Along(x, first, count), b = Along(x, second, count);
        Turn(a, b);
        double signA = Sign(a), signB = Sign(b);
        var result = new float[2 * count];
        for (int n = 0; n < count; n++)
            (result[2 * n], result[2 * n + 1]) = ((float)(a[n] * signA), (float)(b[n] * signB));
        return result;
    }

    // Within the plane, the two directions along which the vectors do not vary together (Rayleigh, Ritz).
    private static void Turn(double[] a, double[] b)
    {
        double aa = 0, ab = 0, bb = 0;
        for (int n = 0; n < a.Length; n++)
            (aa, ab, bb) = (aa + a[n] * a[n], ab + a[n] * b[n], bb + b[n] * b[n]);
        var (sin, cos) = Math.SinCos(Math.Atan2(2 * ab, aa - bb) / 2);
        for (int n = 0; n < a.Length; n++)
            (a[n], b[n]) = (cos * a[n] + sin * b[n], cos * b[n] - sin * a[n]);
    }

    private static double[] Direction(int length, ref Generator generator)
    {
        var direction = new double[length];
        foreach (ref double value in direction.AsSpan())
            value = generator.NextSingle() - 0.5;
        return direction;
    }

    private static double[] Along(float[] x, double[] direction, int count)
    {
        var result = new double[count];
        Threads.For(count, n =>
        {
            double sum = 0;
            for (int d = 0; d < direction.Length; d++)
                sum += x[n * direction.Length + d] * direction[d];
            result[n] = sum;
        });
        return result;
    }

    private static double[] Back(float[] x, double[] along, int length)
    {
        var result = new double[length];
        for (int n = 0; n < along.Length; n++)
            for (int d = 0; d < length; d++)
                result[d] += along[n] * x[n * length + d];
        return result;
    }

    // Vectors that do not vary have no direction: 0.
    private static void Normalize(double[] direction)
    {
        double squares = 0;
        foreach (double value in direction)
            squares += value * value;
        double scale = squares > 1e-24 ? 1 / Math.Sqrt(squares) : 0;
        foreach (ref double value in direction.AsSpan())
            value *= scale;
    }

    private static double Sign(double[] values)
    {
        double most = 0;
        foreach (double value in values)
            if (Math.Abs(value) > Math.Abs(most))
                most = value;
        return most < 0 ? -1 : 1;
    }
}
