using System.Globalization;
using Mekiki.Vision;
using Mekiki.Vision.Evaluation;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Http;

/// <summary>Reads what stands behind the question mark of an address.</summary>
internal static class Query
{
    private static readonly string[] known = ["top", "explain", "unknown_at", "unknown_by", "set", "threshold"];
    private static readonly PredictOptions usual = new();

    /// <summary>How an image is answered.</summary>
    /// <exception cref="ProblemException">A name or a value is wrong, or the model's calibration does not hold what is asked for (400).</exception>
    public static PredictOptions Options(IQueryCollection query, Recognizer recognizer)
    {
        if (query.Count == 0)
            return usual;
        foreach (string name in query.Keys)
            if (!known.Contains(name))
                throw Wrong(name, $"one of {string.Join(", ", known)} as the name of a parameter", name);
        string? threshold = Text(query, "threshold");
        if (threshold is not null && !recognizer.Card.IsMultiLabel)
            throw Wrong("threshold", "it with a model of any number of labels", threshold);
        var options = new PredictOptions
        {
            Threshold = threshold is null ? 0 : float.TryParse(threshold, NumberStyles.Float, CultureInfo.InvariantCulture, out float least) && least is > 0 and <= 1 ? least : throw Wrong("threshold", "a number above 0 and at most 1", threshold),
            Top = Text(query, "top") is { } top ? int.TryParse(top, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= 1 ? count : throw Wrong("top", "a whole number of 1 or more", top) : usual.Top,
            UnknownAt = Percent(query, "unknown_at"),
            UnknownBy = Text(query, "unknown_by") switch
            {
                null or "energy" => UnknownScore.Energy,
                "max-logit" => UnknownScore.MaxLogit,
                "probability" => UnknownScore.Probability,
                "neighbours" => UnknownScore.Neighbours,
                var other => throw Wrong("unknown_by", "one of energy, max-logit, probability, neighbours", other),
            },
            Coverage = Percent(query, "set"),
        };
        try
        {
            recognizer.Check(options);
        }
        catch (MekikiException e)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, e.Message);
        }

        return options;
    }

    /// <summary>Whether something is switched on.</summary>
    /// <exception cref="ProblemException">It is neither true nor false (400).</exception>
    public static bool Flag(IQueryCollection query, string name) => Text(query, name) switch
    {
        null or "false" or "0" => false,
        "true" or "1" or "" => true,
        var other => throw Wrong(name, "true or false", other),
    };

    /// <summary>The one value of a parameter, or null.</summary>
    /// <exception cref="ProblemException">There are several (400).</exception>
    public static string? Text(IQueryCollection query, string name) =>
        !query.TryGetValue(name, out var values) ? null : values.Count == 1 ? values[0] : throw Wrong(name, "one value", $"{values.Count:N0}");

    private static double? Percent(IQueryCollection query, string name) => Text(query, name) switch
    {
        null => null,
        var text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double percent) ? percent : throw Wrong(name, "a number of percent", text),
    };

    private static ProblemException Wrong(string name, string expected, string? got) =>
        new(StatusCodes.Status400BadRequest, $"{Printed.Short(name)}: expected {expected}, got '{Printed.Short(got ?? "")}'.");
}
