namespace Mekiki.Workbench.Comparisons;

/// <summary>Whether two recognizers, tried on the same images, differ by more than chance, where images come in groups that are independent.</summary>
/// <remarks>
/// If neither is better, the difference of a group, right answers of the first less those of the second, is as probable with the other sign. p
/// is the share of 10,000 random choices of signs, and of what was measured, whose sum is as far from 0. Pitman, "Significance Tests Which May be Applied to
/// Samples from any Populations", 1937.
/// </remarks>
/// <param name="Groups">How many groups there are.</param>
/// <param name="Different">In how many of them the two do not have equally many right.</param>
/// <param name="P">How probable so large a difference is if neither is better, in (0, 1].</param>
public readonly record struct GroupPermutation(int Groups, int Different, double P)
{
    private const int Draws = 10_000;
    private const ulong Purpose = 0x5045_524D_0000_0001; // keeps these draws apart from other uses of a seed

    /// <summary>Computes the test.</summary>
    /// <param name="groups">Of each image, its group.</param>
    /// <param name="first">Of each image, whether the first has it right.</param>
    /// <param name="second">Of each image, whether the second has it right.</param>
    public static GroupPermutation Of(IReadOnlyList<int> groups, IReadOnlyList<bool> first, IReadOnlyList<bool> second)
    {
        var differences = new SortedDictionary<int, int>();
        for (int i = 0; i < groups.Count; i++)
            differences[groups[i]] = differences.GetValueOrDefault(groups[i]) + (first[i] ? 1 : 0) - (second[i] ? 1 : 0);
        int[] values = [.. differences.Values.Where(d => d != 0)];
        int measured = Math.Abs(values.Sum()), asFar = 0;
        var generator = new Generator(0, Purpose);
        for (int draw = 0; draw < Draws; draw++)
        {
            int sum = 0;
            ulong signs = 0;
            for (int i = 0; i < values.Length; i++)
            {
                if (i % 64 == 0)
                    signs = generator.NextUInt64();
                sum += (signs >> (i % 64) & 1) == 0 ? values[i] : -values[i];
            }

            asFar += Math.Abs(sum) >= measured ? 1 : 0;
        }

        return new(differences.Count, values.Length, (1.0 + asFar) / (1 + Draws));
    }
}
