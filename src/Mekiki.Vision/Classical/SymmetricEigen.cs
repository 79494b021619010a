namespace Mekiki.Vision.Classical;

/// <summary>Eigenvalues and eigenvectors of a symmetric matrix.</summary>
/// <remarks>Jacobi's method, cyclic by rows: Golub, Van Loan, "Matrix Computations", 4th edition, section 8.5. For some hundred rows.</remarks>
internal static class SymmetricEigen
{
    private const int MostSweeps = 60;

    /// <param name="matrix">(n, n), symmetric; it is overwritten.</param>
    /// <param name="n">Its rows.</param>
    /// <returns>The values, largest first, and the vectors as rows (n, n), each of length 1 and with its entry of largest magnitude above 0.</returns>
    public static (double[] Values, double[] Vectors) Of(double[] matrix, int n)
    {
        double[] vectors = new double[n * n];
        double total = 0;
        for (int i = 0; i < n; i++)
            vectors[i * n + i] = 1;
        foreach (double value in matrix)
            total += value * value;
        for (int sweep = 0; sweep < MostSweeps && OffDiagonal(matrix, n) > 1e-24 * total; sweep++)
            for (int p = 0; p < n - 1; p++)
                for (int q = p + 1; q < n; q++)
                    Rotate(matrix, vectors, n, p, q);
        return Sorted(matrix, vectors, n);
    }

    private static double OffDiagonal(double[] a, int n)
    {
        double sum = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++)
                sum += a[i * n + j] * a[i * n + j];
        return sum;
    }

    // Makes a[p, q] zero.
    private static void Rotate(double[] a, double[] vectors, int n, int p, int q)
    {
        double apq = a[p * n + q];
        if (apq == 0)
            return;
        double tau = (a[q * n + q] - a[p * n + p]) / (2 * apq);
        double t = (tau >= 0 ? 1 : -1) / (Math.Abs(tau) + Math.Sqrt(1 + tau * tau));
        double c = 1 / Math.Sqrt(1 + t * t), s = t * c;
        for (int k = 0; k < n; k++)
            (a[k * n + p], a[k * n + q]) = (c * a[k * n + p] - s * a[k * n + q], s * a[k * n + p] + c * a[k * n + q]);
        Turn(a.AsSpan(p * n, n), a.AsSpan(q * n, n), c, s);
        Turn(vectors.AsSpan(p * n, n), vectors.AsSpan(q * n, n), c, s);
        a[p * n + q] = a[q * n + p] = 0;
    }

    private static void Turn(Span<double> p, Span<double> q, double c, double s)
    {
        for (int k = 0; k < p.Length; k++)
            (p[k], q[k]) = (c * p[k] - s * q[k], s * p[k] + c * q[k]);
    }

    private static (double[] Values, double[] Vectors) Sorted(double[] a, double[] vectors, int n)
    {
        int[] order = new int[n];
        for (int i = 0; i < n; i++)
            order[i] = i;
        Array.Sort(order, (i, j) => a[j * n + j].CompareTo(a[i * n + i]) is var c && c != 0 ? c : i - j);
        double[] values = new double[n], sorted = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            values[i] = a[order[i] * n + order[i]];
            var from = vectors.AsSpan(order[i] * n, n);
            double extreme = 0;
            foreach (double entry in from)
                if (Math.Abs(entry) > Math.Abs(extreme))
                    extreme = entry;
            for (int k = 0; k < n; k++)
                sorted[i * n + k] = extreme < 0 ? -from[k] : from[k];
        }

        return (values, sorted);
    }
}
