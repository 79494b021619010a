namespace Mekiki.Optimizers;

/// <summary>The ranges that options may lie in.</summary>
internal static class OptimizerRanges
{
    public static double NotNegative(double value, string name) => value >= 0 && double.IsFinite(value)
        ? value
        : throw new MekikiException($"{name}: expected a number of 0 or more, got {Text(value)}.");

    public static double Positive(double value, string name) => value > 0 && double.IsFinite(value)
        ? value
        : throw new MekikiException($"{name}: expected a number above 0, got {Text(value)}.");

    public static double Share(double value, string name) => value is >= 0 and < 1
        ? value
        : throw new MekikiException($"{name}: expected a number in [0, 1), got {Text(value)}.");

    private static string Text(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
