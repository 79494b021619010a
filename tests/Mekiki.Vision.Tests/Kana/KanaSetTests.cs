using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Kana;

namespace Mekiki.Vision.Tests.Kana;

public class KanaSetTests
{
    private const int Classes = 73;

    [Fact]
    public void Characters_AreThoseOfHiragana73_InItsOrder()
    {
        string unvoiced = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわゐゑをん", voiced = "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽ";
        Assert.Equal((unvoiced + voiced).Order().Select(c => c.ToString()), KanaSet.Characters);
    }

    [Fact]
    public void Strokes_AreLinesInTheSquare_InTheOrderOfWriting()
    {
        Assert.Null(KanaSet.Strokes("ア"));
        Assert.Equal(3, KanaSet.Strokes("あ")!.Length);
        Assert.Equal(KanaSet.Strokes("か")!.Length + 2, KanaSet.Strokes("が")!.Length);
        Assert.Equal((0.18f, 0.26f), KanaSet.Strokes("あ")![0][0]);
        Assert.All(KanaSet.Characters, c => Assert.All(KanaSet.Strokes(c)!, stroke =>
        {
            Assert.All(stroke, p => Assert.True(p.X is > -0.05f and < 1.05f && p.Y is > -0.05f and < 1.05f, $"{c}: {p}"));
            Assert.All(stroke.Zip(stroke.Skip(1)), p => Assert.InRange(Math.Abs(p.First.X - p.Second.X) + Math.Abs(p.First.Y - p.Second.Y), 0, 0.2f));
        }));
    }

    [Fact]
    public void Draw_WithTheSameSeed_GivesTheSamePixelsOnAnyNumberOfThreads()
    {
        var sets = new[] { 1, 2, 4, 0 }.Select(threads => KanaSet.Draw(2 * Classes, Classes, 5, threads)).ToArray();
        Assert.Single(sets.Select(s => s.Fingerprint).Distinct());
    }

    [Fact]
    public void Hands_WriteDifferently_AndBothWritesWithEither()
    {
        var sets = Enum.GetValues<KanaHand>().Select(hand => KanaSet.Draw(20 * Classes, 1, 5, hand: hand)).ToArray();
        Assert.Equal(sets.Length, sets.Select(s => s.Fingerprint).Distinct().Count());
        // A pen's lines are thin and its ground is clean.
        Assert.True(Ink(sets[(int)KanaHand.Pen]) < 0.8 * Ink(sets[(int)KanaHand.Print]));
        Assert.InRange(Ink(sets[(int)KanaHand.Both]), Ink(sets[(int)KanaHand.Pen]), Ink(sets[(int)KanaHand.Print]));

        static double Ink(ImageSet set)
        {
            double sum = 0;
            for (int i = 0; i < set.Count; i++)
                foreach (byte v in set.Image(i))
                    sum += 255 - v;
            return sum / set.Count;
        }
    }

    [Fact]
    public void Draw_WithAnotherSeed_GivesOtherPixels()
    {
        var (one, other) = (KanaSet.Draw(Classes, Classes, 5), KanaSet.Draw(Classes, Classes, 6));
        for (int i = 0; i < one.Count; i++)
            Assert.False(one.Image(i).SequenceEqual(other.Image(i)), one.Names[i]);
    }

    [Fact]
    public void Draw_OfFewer_GivesTheFirstOfMore()
    {
        var (few, many) = (KanaSet.Draw(40, 50, 5), KanaSet.Draw(90, 80, 5));
        for (int i = 0; i < 40; i++)
            Assert.True(few.Image(i).SequenceEqual(many.Image(i)), few.Names[i]);
        for (int i = 0; i < 50; i++)
            Assert.True(few.Image(40 + i).SequenceEqual(many.Image(90 + i)), few.Names[40 + i]);
    }

    [Fact]
    public void Draw_HoldsAllClassesInEqualCounts()
    {
        var set = KanaSet.Draw(3 * Classes, 2 * Classes);
        Assert.Equal(Enumerable.Repeat(5, Classes), set.CountPerClass());
        Assert.Equal((5 * Classes, new ImageShape(1, 48, 48), "kana"), (set.Count, set.Shape, set.Source));
        Assert.Equal(("train/U3042/000000", "test/U3093/000145"), (set.Names[0], set.Names[^1]));
        Assert.Equal(set.Count, set.Names.Distinct().Count());
        for (int i = 0; i < set.Count; i++)
            Assert.Equal(set.Classes[set.Labels[i]], ((char)Convert.ToInt32(set.Names[i].Split('/')[1][1..], 16)).ToString());
    }

    [Fact]
    public void Draw_GivesEveryImageItsOwnHand()
    {
        var set = KanaSet.Draw(20 * Classes, 20 * Classes);
        var images = Enumerable.Range(0, set.Count).Select(i => Convert.ToBase64String(set.Image(i)));
        Assert.Equal(set.Count, images.Distinct().Count());
    }

    [Fact]
    public void OwnSplit_GivesTheTwoParts()
    {
        var split = Split.OwnOf(KanaSet.Draw(146, 73));
        Assert.NotNull(split);
        Assert.Equal(Enumerable.Range(0, 146), split.Train);
        Assert.Equal(Enumerable.Range(146, 73), split.Test);
        Assert.Empty(split.Notes);
    }

    [Theory]
    [InlineData(0, 1, "Train: expected 1 to 1,000,000, got 0. kana is drawn in any number within these bounds.")]
    [InlineData(-5, 1, "Train: expected 1 to 1,000,000, got -5. kana is drawn in any number within these bounds.")]
    [InlineData(1, 0, "Test: expected 1 to 1,000,000, got 0. kana is drawn in any number within these bounds.")]
    [InlineData(1, 1_000_001, "Test: expected 1 to 1,000,000, got 1,000,001. kana is drawn in any number within these bounds.")]
    public void Draw_OfWrongCounts_SaysSo(int train, int test, string message) =>
        Refused.Says(message, "--" + char.ToLowerInvariant(message[0]) + message[1..], () => KanaSet.Draw(train, test));

    [Fact]
    public void Ink_IsDarkOnLight_AndMostlyInsideTheFrame()
    {
        const int each = 60;
        var set = KanaSet.Draw(each * Classes, 1, 9);
        var ink = new double[Classes];
        var edge = new double[Classes];
        for (int i = 0; i < each * Classes; i++)
        {
            var image = set.Image(i);
            byte[] sorted = image.ToArray();
            Array.Sort(sorted);
            int paper = sorted[sorted.Length * 7 / 10], dark = sorted[sorted.Length / 50];
            Assert.True(paper - dark > 25, $"{set.Names[i]}: paper {paper}, ink {dark}");
            for (int p = 0; p < image.Length; p++)
            {
                double share = Math.Clamp((paper - image[p]) / (double)(paper - dark), 0, 1) / each;
                ink[set.Labels[i]] += share / image.Length;
                if (p % 48 is 0 or 47 || p / 48 is 0 or 47)
                    edge[set.Labels[i]] += share / (4 * 47);
            }
        }

        for (int c = 0; c < Classes; c++)
            Assert.True(ink[c] is > 0.05 and < 0.4 && edge[c] < 0.12, $"{set.Classes[c]}: ink {ink[c]:F3}, at the edge {edge[c]:F3}");
    }

    [Fact]
    public void Open_ByName_DrawsTheDefault_AlsoInColourAndOtherSizes()
    {
        var set = ImageSet.Open("kana", new ImageSetOptions { Channels = 3, Height = 32, Width = 24 });
        Assert.Equal((64_000, new ImageShape(3, 32, 24)), (set.Count, set.Shape));
        Assert.Equal((60_000, 4_000), (Split.OwnOf(set)?.Train.Length, Split.OwnOf(set)?.Test.Length));
        for (int p = 0; p < 32 * 24; p++)
            Assert.True(set.Image(7)[3 * p] == set.Image(7)[3 * p + 1] && set.Image(7)[3 * p] == set.Image(7)[3 * p + 2]);
    }
}
