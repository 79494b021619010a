using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Onnx;
using Mekiki.Vision;
using Mekiki.Vision.Images;

namespace Mekiki.Cli.Commands;

/// <summary>Writes a model as an ONNX file.</summary>
internal sealed class ExportCommand : CliCommand
{
    private const int VerifiedImages = 16;
    private const float MostDifference = 1e-4f;

    private readonly Argument<string> model = Options.TrainedModel();
    private readonly Option<string?> output = Options.OptionalText("--out", "FILE", "What to write. The name ends in .onnx.");
    private readonly Option<int> opset = Options.Choice("--opset", "VERSION", "Version of ONNX's operators: 18, or 13 for older runtimes.", "18", [("18", 18), ("13", 13)]);
    private readonly Option<bool> logits = Options.Flag("--logits", "Give the file a second output, logits: the scores before the softmax.");
    private readonly Option<bool> resize = Options.Flag("--resize-in-graph", "Let the file scale images itself: they may be of any size. Needs --opset 18 and a model whose images are stretched.");
    private readonly Option<bool> verify = Options.Flag("--verify", "Read the file again, and compare its probabilities with the model's on 16 images of noise.");
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Write a model as an ONNX file, for other programs and languages.";

    public override string Remarks =>
        "The file takes images, uint8 (N, C, H, W), N free, and gives probabilities, float32 (N, K). Normalization and shifted views are in its graph; class names and the model card are in its metadata. " +
        "Neocognitrons and sift-fisher-svm cannot be written.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki export runs/20260102-030405-cnn --out model.onnx", "The best model of a run, for ONNX Runtime."),
        new("mekiki export model.safetensors --out model.onnx --opset 13 --logits", "For older runtimes, with the scores before the softmax."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [model, output, opset, logits, resize, verify, json];

    public override IEnumerable<string> Check(ParseResult arguments)
    {
        if (arguments.GetValue(output) is null)
            yield return "--out: expected a file to write, got none. Give one whose name ends in .onnx.";
        foreach (string problem in OutputPaths.Problems(arguments, (output, ".onnx")))
            yield return problem;
        if (arguments.GetValue(resize) && arguments.GetValue(opset) < 18)
            yield return $"--resize-in-graph: expected --opset 18, got {arguments.GetValue(opset)}. Leave one of them out.";
    }

    public override int Run(ParseResult arguments, Host host)
    {
        string from = arguments.GetRequiredValue(model), to = arguments.GetValue(output)!;
        var recognizer = Recognizer.Load(from);
        var options = new OnnxExportOptions { Operators = arguments.GetValue(opset), WithLogits = arguments.GetValue(logits), WithResize = arguments.GetValue(resize) };
        OnnxExport.Save(recognizer, to, options);
        float? difference = arguments.GetValue(verify) ? Difference(recognizer, to, options.WithResize) : null;
        long bytes = new FileInfo(to).Length;
        var input = recognizer.Preprocessing.Input;
        if (arguments.GetValue(json))
        {
            new JsonLine()
                .Add("command", "export").Add("source", from).Add("model", recognizer.Card.Model).Add("classes", recognizer.Classes.Count).Add("input", input.ToString())
                .Add("opset", options.Operators).Add("weights_sha256", recognizer.WeightsSha256).Add("bytes", bytes).Add("largest_difference", difference, 9).Add("out", to)
                .WriteTo(host.Out);
            return ExitCode.Done;
        }

        string size = options.WithResize ? "height, width" : $"{input.Height}, {input.Width}";
        Facts.Write(host, "source", $"{from}, {recognizer.Card.Model}, sha256 {recognizer.WeightsSha256}");
        Facts.Write(host, "input", $"images, uint8 (N, {input.Channels}, {size})");
        Facts.Write(host, "output", $"probabilities{(options.WithLogits ? " and logits" : "")}, float32 (N, {recognizer.Classes.Count})");
        Facts.Write(host, "written", $"{to}, {bytes:N0} bytes, opset {options.Operators}");
        if (difference is { } found)
            Facts.Write(host, "verified", $"{VerifiedImages} images, probabilities differ by at most {found:E1}");
        return ExitCode.Done;
    }

    // The largest difference of a probability between a model and its file; of images of several sizes, if the file scales them.
    private static float Difference(Recognizer recognizer, string path, bool isScaled)
    {
        var input = recognizer.Preprocessing.Input;
        var format = input.Channels == 1 ? PixelFormat.Gray8 : PixelFormat.Rgb24;
        var read = OnnxImport.Load(path);
        var generator = new Generator(0);
        float largest = 0;
        for (int i = 0; i < VerifiedImages; i++)
        {
            // From half the model's size to twice as much, in other proportions.
            int height = isScaled ? Math.Max(1, input.Height * (VerifiedImages - 2 + 2 * i) / (2 * VerifiedImages)) : input.Height, width = isScaled ? Math.Max(1, input.Width * (2 * VerifiedImages - i) / VerifiedImages) : input.Width;
            byte[] pixels = Array.ConvertAll(Tensor.Uniform([height * width * input.Channels], ref generator, 0, 255).ToArray(), v => (byte)v);
            var given = ImageInput.FromPixels(pixels, width, height, format);
            var prepared = recognizer.Prepare(given);
            var (ours, again) = isScaled
                // A recognizer takes images of its own size alone; its network takes the pixels as they are, (H, W, C) -> (1, C, H, W).
                ? (recognizer.Scores(prepared).Softmax(-1), read.Network[Tensor.From(Array.ConvertAll(pixels, p => (float)p), [1, height, width, input.Channels]).Permute(0, 3, 1, 2)].Softmax(-1))
                : (recognizer.Probabilities(prepared), read.Probabilities(read.Prepare(given)));
            largest = Math.Max(largest, ours.ToArray().Zip(again.ToArray()).Max(p => MathF.Abs(p.First - p.Second)));
        }

        return largest <= MostDifference
            ? largest
            : throw new MekikiException(FormattableString.Invariant($"{path}: expected probabilities that differ by at most {MostDifference:E0} from the model's, got {largest:E1}. Do not use the file; report how the model was made."));
    }
}
