namespace Mekiki.Vision.Classical;

/// <summary>Computes a function of many numbers at a point.</summary>
/// <param name="point">D numbers.</param>
/// <param name="gradient">Receives D numbers.</param>
/// <returns>The value.</returns>
internal delegate double DifferentiableFunction(double[] point, double[] gradient);

/// <summary>Finds the minimum of a smooth convex function by L-BFGS.</summary>
/// <remarks>
/// Liu, Nocedal, "On the limited memory BFGS method for large scale optimization", Mathematical Programming 45, 1989, with the last 10
/// differences; Nocedal, Wright, "Numerical Optimization", 2006, algorithms 7.4 and 7.5. The step is halved until the value has fallen
/// enough (Armijo's rule, 1e-4 of the slope).
/// </remarks>
internal static class LimitedMemoryDescent
{
    private const int Memory = 10, MostHalvings = 30;
    private const double Fall = 1e-4;

    /// <param name="point">Where it begins; receives where it ends.</param>
    /// <param name="function">The function.</param>
    /// <param name="mostSteps">It ends after so many steps.</param>
    /// <param name="tolerance">It ends where no number of the gradient is further from 0.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <returns>The value at the end.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static double Minimize(double[] point, DifferentiableFunction function, int mostSteps, double tolerance, CancellationToken cancellation = default)
    {
        int length = point.Length;
        double[] gradient = new double[length], nextGradient = new double[length], next = new double[length], direction = new double[length];
        var differences = new List<(double[] Point, double[] Gradient, double Product)>();
        double value = function(point, gradient);
        for (int step = 0; step < mostSteps && Largest(gradient) > tolerance; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            Direct(gradient, differences, direction);
            double slope = Product(gradient, direction);
            // At first nothing tells how long a step is.
            double size = step == 0 ? Math.Min(1, 1 / Math.Sqrt(-slope)) : 1, nextValue;
            int halvings = 0;
            do
            {
                for (int i = 0; i < length; i++)
                    next[i] = point[i] + size * direction[i];
                nextValue = function(next, nextGradient);
            }
            while (!(nextValue <= value + Fall * size * slope) && (size /= 2) > 0 && ++halvings < MostHalvings);
            if (halvings == MostHalvings)
                break;

            double[] moved = new double[length], turned = new double[length];
            for (int i = 0; i < length; i++)
                (moved[i], turned[i]) = (next[i] - point[i], nextGradient[i] - gradient[i]);
            double product = Product(moved, turned);
            if (product > 1e-12 * Product(turned, turned))
            {
                if (differences.Count == Memory)
                    differences.RemoveAt(0);
                differences.Add((moved, turned, product));
            }

            next.CopyTo(point, 0);
            (gradient, nextGradient, value) = (nextGradient, gradient, nextValue);
        }

        return value;
    }

    // -H g by the two loops over the kept differences, from the last to the first and back.
    private static void Direct(double[] gradient, List<(double[] Point, double[] Gradient, double Product)> differences, double[] direction)
    {
        for (int i = 0; i < direction.Length; i++)
            direction[i] = -gradient[i];
        if (differences.Count == 0)
            return;
        var shares = new double[differences.Count];
        for (int k = differences.Count - 1; k >= 0; k--)
        {
            shares[k] = Product(differences[k].Point, direction) / differences[k].Product;
            Add(direction, -shares[k], differences[k].Gradient);
        }

        var last = differences[^1];
        double scale = last.Product / Product(last.Gradient, last.Gradient);
        for (int i = 0; i < direction.Length; i++)
            direction[i] *= scale;
        for (int k = 0; k < differences.Count; k++)
            Add(direction, shares[k] - Product(differences[k].Gradient, direction) / differences[k].Product, differences[k].Point);
    }

    private static void Add(double[] sum, double factor, double[] values)
    {
        for (int i = 0; i < sum.Length; i++)
            sum[i] += factor * values[i];
    }

    private static double Product(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static double Largest(double[] values)
    {
        double largest = 0;
        foreach (double value in values)
            largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }
}
