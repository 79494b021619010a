using Mekiki.Vision.Models;

namespace Mekiki.Vision.Explanations;

/// <summary>The votes of visual words, each shared out over the keypoints that belong to it.</summary>
/// <remarks>
/// The score of a linear classifier on a Fisher vector is a sum over the vector's numbers, and so over words and cells of the pyramid: a word's vote is
/// exact. A vote is divided among the cell's keypoints by how much each belongs to the word (γ of <see cref="Classical.FisherVector"/>). After the idea of Lapuschkin et al., "Analyzing
/// Classifiers: Fisher Vectors and Deep Neural Networks", CVPR 2016, which divides by the vectors' own numbers: these have both signs, and their quotients are unstable.
/// </remarks>
internal static class WordMap
{
    /// <summary>The explanation of one image.</summary>
    /// <exception cref="MekikiException">The recognizer has no visual words.</exception>
    public static Explanation Of(Recognizer recognizer, Tensor image, Question question, string label, string? against)
    {
        if (recognizer.Network is not SiftFisherSvm network)
            throw new MekikiException($"{ExplanationMethod.VisualWords.Title()}: expected the recognizer sift-fisher-svm, got '{PrintedName.Of(recognizer.Card.Model)}', which has no words. Use occlusion.");
        using var threads = Threads.Use(recognizer.Threads);
        var (keypoints, words, start) = network.Votes(image, question.Class, question.Other);
        KeypointVote[] votes = Array.ConvertAll(keypoints, k => new KeypointVote(k.X, k.Y, k.Side, k.Word, k.Vote));
        int height = image.Shape[2], width = image.Shape[3];
        var map = new float[height * width];
        foreach (var vote in votes)
            Spread(map, height, width, vote);
        var tensor = Tensor.From(map, [height, width]);
        float score = question.Score(Scores(network, image));
        return new(ExplanationMethod.VisualWords, label, against, score, tensor, tensor)
        {
            BaseScore = start,
            Keypoints = [.. votes.OrderByDescending(v => Math.Abs(v.Vote))],
            Words = [.. words.Select((vote, word) => new WordVote(word, vote)).OrderByDescending(w => Math.Abs(w.Vote))],
        };
    }

    private static float[] Scores(SiftFisherSvm network, Tensor image)
    {
        using var pause = Autograd.Gradients.Off();
        return network[image].ToArray();
    }

    // Evenly over the pixels that the descriptor sees.
    private static void Spread(float[] map, int height, int width, KeypointVote vote)
    {
        int top = Math.Clamp((int)(vote.Y - vote.Side / 2), 0, height - 1), bottom = Math.Clamp((int)(vote.Y + vote.Side / 2), top + 1, height);
        int left = Math.Clamp((int)(vote.X - vote.Side / 2), 0, width - 1), right = Math.Clamp((int)(vote.X + vote.Side / 2), left + 1, width);
        float share = vote.Vote / ((bottom - top) * (right - left));
        for (int y = top; y < bottom; y++)
            for (int x = left; x < right; x++)
                map[y * width + x] += share;
    }
}
