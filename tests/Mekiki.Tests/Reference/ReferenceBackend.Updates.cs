using Mekiki.Backends;

namespace Mekiki.Tests.Reference;

/// <summary>The optimizers' formulas.</summary>
internal sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override void Update(in UpdateRule rule, ReadOnlySpan<UpdateTerm> terms)
    {
        foreach (ref readonly var term in terms)
        {
            double[] p = Of(term.Value), gradient = Of(term.Gradient);
            double[]? first = term.First is null ? null : Of(term.First), second = term.Second is null ? null : Of(term.Second);
            for (int i = 0; i < p.Length; i++)
            {
                double g = gradient[i] + rule.Decay * p[i];
                p[i] = rule.Keep * p[i] - term.Rate * rule.Kind switch
                {
                    UpdateKind.Sgd => Sgd(rule, g, first.AsSpan(), i),
                    UpdateKind.Adam => Adam(rule, g, ref first![i], ref second![i], term.Correction),
                    UpdateKind.RmsProp => RmsProp(rule, g, ref first![i], second.AsSpan(), i),
                    _ => throw new ArgumentOutOfRangeException(nameof(rule), rule.Kind, "Not known here."),
                };
            }

            term.Value.Touch();
            term.First?.Touch();
            term.Second?.Touch();
        }
    }

    /// <summary>b = momentum · b + g; the direction is b, or with a look ahead g + momentum · b. Without momentum it is g.</summary>
    private static double Sgd(in UpdateRule rule, double g, Span<double> directions, int i)
    {
        if (directions.IsEmpty)
            return g;
        directions[i] = rule.First * directions[i] + g;
        return rule.Nesterov ? g + rule.First * directions[i] : directions[i];
    }

    /// <summary>m = β₁ m + (1 - β₁) g; v = β₂ v + (1 - β₂) g²; the direction is m / (√v̂ + ε). The rate is corrected for m already.</summary>
    private static double Adam(in UpdateRule rule, double g, ref double m, ref double v, double correction)
    {
        m = rule.First * m + rule.FirstRest * g;
        v = rule.Second * v + rule.SecondRest * g * g;
        return m / (Math.Sqrt(v) * correction + rule.Epsilon);
    }

    /// <summary>v = α v + (1 - α) g²; b = momentum · b + g / (√v + ε), which is the direction.</summary>
    private static double RmsProp(in UpdateRule rule, double g, ref double v, Span<double> directions, int i)
    {
        v = rule.First * v + rule.FirstRest * g * g;
        double direction = g / (Math.Sqrt(v) + rule.Epsilon);
        return directions.IsEmpty ? direction : directions[i] = rule.Second * directions[i] + direction;
    }
}
