using System.CommandLine;
using System.Globalization;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Explanations;
using Mekiki.Vision.Images;
using Mekiki.Workbench.Explanations;

namespace Mekiki.Cli.Commands;

/// <summary>Draws which parts of images decided a model's answers.</summary>
internal sealed class ExplainCommand : CliCommand
{
    private static readonly (string Name, ExplanationMethod Method)[] methods =
    [
        ("occlusion", ExplanationMethod.Occlusion),
        ("integrated-gradients", ExplanationMethod.IntegratedGradients),
        ("grad-cam", ExplanationMethod.GradCam),
        ("hirescam", ExplanationMethod.HiResCam),
        ("words", ExplanationMethod.VisualWords),
    ];

    private readonly Argument<string> model = Options.TrainedModel();
    private readonly Argument<string[]> images = Options.Arguments("IMAGE", "Image files; a folder stands for all images below it.");
    private readonly Option<ExplanationMethod> method = Options.Choice("--method", "NAME", "How answers are explained", "occlusion", methods);
    private readonly Option<string?> label = Options.OptionalText("--class", "NAME", "The class that is explained", "the class that the model predicts");
    private readonly Option<string?> against = Options.OptionalText("--against", "NAME", "The class that it is compared with", "the best of the others");
    private readonly Option<string?> layer = Options.OptionalText("--layer", "NAME", "The layer whose maps grad-cam and hirescam use", "the last that gives maps");
    private readonly Option<string> output = Options.Text("--out", "FOLDER", "The folder of the PNG files; it is made if it is not there", "explanations");
    private readonly Option<int?> threads = Options.Threads();
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Draw which parts of images decided a model's answers.";

    public override string Remarks => "Each PNG shows an image, and beside it the same image in colours: orange speaks for the class, blue for the other class. An image that cannot be read is named, and the others go on; the exit code is 2 if none can be read.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki explain model.safetensors scan.png", "Covers parts of the image, and draws how the answer changes."),
        new("mekiki explain model.safetensors scan.png --class は --against ほ", "Why は rather than ほ."),
        new("mekiki explain runs/20260102-030405-cnn scans --method integrated-gradients --out why --json", "Exact shares of the pixels, for every image in a folder."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [model, images, method, label, against, layer, output, threads, json];

    public override IEnumerable<string> Check(ParseResult arguments)
    {
        if (arguments.GetValue(label) is { } own && own == arguments.GetValue(against))
            yield return $"--class and --against: expected two classes, got '{own}' twice.";
        if (arguments.GetValue(layer) is not null && arguments.GetValue(method) is not (ExplanationMethod.GradCam or ExplanationMethod.HiResCam))
            yield return "--layer: expected --method grad-cam or hirescam beside it, got another method.";
    }

    public override int Run(ParseResult arguments, Host host)
    {
        Threads.Count = arguments.GetValue(threads) ?? Threads.Default;
        var recognizer = Recognizer.Load(arguments.GetRequiredValue(model));
        var options = new ExplanationOptions { Method = arguments.GetValue(method), Label = arguments.GetValue(label), Against = arguments.GetValue(against), Layer = arguments.GetValue(layer) };
        string folder = arguments.GetRequiredValue(output);
        bool inJson = arguments.GetValue(json);
        var names = new FreeNames();
        int done = 0;
        foreach (string image in arguments.GetRequiredValue(images).SelectMany(ImagePaths.Of))
        {
            var answer = recognizer.Predict([image], new PredictOptions { Top = Math.Min(2, recognizer.Classes.Count) }).Single();
            if (answer.Prediction is not { } prediction)
            {
                WriteError(host, image, answer.Error!, inJson);
                continue;
            }

            try
            {
                var pixels = recognizer.Prepare(ImageInput.FromFile(image));
                var explanation = Explainer.Explain(recognizer, pixels, options, host.Interrupt.Token);
                string path = Path.Combine(folder, names.Of($"{Path.GetFileNameWithoutExtension(image)}-{NameOf(explanation.Method)}") + ".png");
                ExplanationPicture.Write(path, pixels, recognizer.Preprocessing, explanation);
                Write(host, image, path, prediction, explanation, inJson);
                done++;
            }
            catch (OperationCanceledException)
            {
                return ExitCode.Interrupted;
            }
        }

        return done > 0 ? ExitCode.Done : ExitCode.Mistake;
    }

    private static string NameOf(ExplanationMethod method) => Array.Find(methods, m => m.Method == method).Name;

    private static void WriteError(Host host, string image, string error, bool inJson)
    {
        if (inJson)
            new JsonLine().Add("image", image).Add("error", error).WriteTo(host.Out);
        else
            host.Say($"{PrintedName.Of(image)}: {error}.");
    }

    private static void Write(Host host, string image, string path, Prediction prediction, Explanation explanation, bool inJson)
    {
        if (inJson)
        {
            var line = new JsonLine().Add("image", image).Add("method", NameOf(explanation.Method)).Add("label", explanation.Label).Add("against", explanation.Against)
                .Add("score", explanation.Score).Add("predicted", prediction.Label).Add("probability", prediction.Probability).Add("file", path);
            if (explanation.CompletenessError is { } error)
                line.Add("base_score", explanation.BaseScore).Add("sum", explanation.Sum).Add("completeness_error", error);
            if (explanation.Steps > 0)
                line.Add("steps", explanation.Steps);
            if (explanation.Words.Count > 0)
                line.Add("words", explanation.Words, (one, w) => one.Add("word", (long)w.Word).Add("vote", w.Vote)).Add("keypoints", explanation.Keypoints.Count);
            line.WriteTo(host.Out);
            return;
        }

        var language = host.Language;
        string top = string.Join("  ", prediction.Top.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Label} {t.Probability * 100:0.0} %")));
        string exact = explanation.CompletenessError is { } e ? language.Fill($", error of the sum {e * 100:0.##} %") : "";
        string words = explanation.Words.Count > 0 ? language.Fill($"; words {string.Join(", ", explanation.Words.Take(3).Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Word} {w.Vote:+0.00;-0.00;0}")))} of {explanation.Words.Count}, {explanation.Keypoints.Count} keypoints") : "";
        string rather = explanation.Against is { } other ? language.Fill($"{explanation.Label} rather than {other}") : explanation.Label;
        host.Out.Write(string.Create(CultureInfo.InvariantCulture, $"{PrintedName.Of(image)}  {top}; {language.Fill($"{rather} by {explanation.Score:0.##}")}{exact}{words}  {PrintedName.Of(path)}\n"));
        host.Out.Flush();
    }
}
