using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Options;
using Mekiki.Vision.Transforms;

namespace Mekiki.Cli.Commands;

/// <summary>Takes weights from one format to another, or makes a model file of others' weights.</summary>
internal sealed class ConvertCommand : CliCommand
{
    private readonly Argument<string> source = Options.Argument("SOURCE", "A file of weights (safetensors, .pt or .pth of torch.save, .npz of NumPy or Chainer), a model file, or the folder of a run.");
    private readonly Option<string?> output = Options.OptionalText("--out", "FILE", "What to write. The name's end tells the format: .safetensors, .pt, .pth or .npz.");
    private readonly Option<string?> model = Options.OptionalText("--model", "MODEL", "The network that the weights are of: a model file is written", "weights alone are written").Offering(Options.Models);
    private readonly Option<string?> classes = Options.OptionalText("--classes", "FILE", "A text file with a class name in each line", "0, 1, 2, …");
    private readonly Option<int?> size = Options.OptionalInteger("--size", "Side in pixels to which images are scaled", 1, ImageShape.MostSide, "the side that is usual for the model");
    private readonly Option<ImageFit> fit = Options.Of(DataOptions.Table[nameof(DataOptions.Fit)], o => o.Fit, ImageFit.Pad);
    private readonly Option<Resampling> resampling = Options.Resampling();
    private readonly Option<int> margin = Options.CutMargin();
    private readonly Option<int?> channels = Options.Of<DataOptions, int?>(DataOptions.Table[nameof(DataOptions.Channels)], o => o.Channels, null, otherwise: ": those that the first layer takes");
    private readonly Option<ChannelValues?> mean = Options.OptionalChannelValues("--mean", "Subtracted from pixels in [0, 1]: one number, or one each for red, green and blue", OptionRange.Between(-1000.0, 1000), 0);
    private readonly Option<ChannelValues?> deviation = Options.OptionalChannelValues("--deviation", "What pixels are divided by after that: one number, or one for each", OptionRange.Between(1e-6, 1000), 1);
    private readonly Option<bool> half = Options.Flag("--half", "Round weights to 16 bits (float16): the file is half as large. Of a model file or run, a model file is written.");
    private readonly Option<bool> bfloat = Options.Flag("--bfloat16", "The same with bfloat16, which keeps large and small numbers and fewer digits.");
    private readonly Option<bool> int8 = Options.Flag("--int8", "Round weights to whole numbers of 8 bits, with a scale for each output of a layer: the file is a quarter as large. What computes stays float.");
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Make a model file of others' weights, or write weights for PyTorch and NumPy.";

    public override string Remarks =>
        "The contents of a file tell its format. No code in a file is run: of a pickle, tensors, numbers, texts and containers are read, and anything else is refused. " +
        "Of a checkpoint, the state dict is taken. Weights have PyTorch's names; Chainer's are translated. 64-bit floats are rounded, 16-bit floats become 32-bit ones.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki convert resnet18.pt --model resnet18 --classes names.txt --size 224 --out model.safetensors", "A model file of weights that PyTorch saved, for test and predict."),
        new("mekiki convert cnn.npz --model cnn --classes names.txt --out model.safetensors", "Of weights that Chainer saved."),
        new("mekiki convert runs/20260102-030405-cnn --out weights.pt", "A run's weights for torch.load(…, weights_only=True)."),
        new("mekiki convert runs/20260102-030405-cnn --half --out small.safetensors", "A model file half as large, with weights rounded to 16 bits."),
        new("mekiki convert model.safetensors --out weights.npz", "A model file's weights for numpy.load."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [source, output, model, classes, size, fit, resampling, margin, channels, mean, deviation, half, bfloat, int8, json];

    public override IEnumerable<string> Check(ParseResult arguments)
    {
        if (arguments.GetValue(output) is not { } path)
            yield return "--out: expected a file to write, got none. Give one whose name ends in .safetensors, .pt, .pth or .npz.";
        else if (WeightsFile.FormatFor(path) is null)
            yield return $"--out: expected a name that ends in .safetensors, .pt, .pth or .npz, got '{path}'.";
        else if (arguments.GetValue(model) is not null && WeightsFile.FormatFor(path) != WeightsFormat.Safetensors)
            yield return $"--out: expected a name that ends in .safetensors for a model file (--model), got '{path}'.";
        else if (string.Equals(Path.GetFullPath(path), Path.GetFullPath(arguments.GetRequiredValue(source)), StringComparison.Ordinal))
            yield return $"--out: expected another file than the source, got '{path}' for both.";
        if (new[] { half, bfloat, int8 }.Count(arguments.GetValue) > 1)
            yield return "--half, --bfloat16 and --int8: expected one of them, got more.";
        if (Floats(arguments) != StoredType.F32 && arguments.GetValue(output) is { } file && WeightsFile.FormatFor(file) is { } format && format != WeightsFormat.Safetensors)
            yield return $"--out: expected a name that ends in .safetensors for rounded weights, got '{file}'.";
        if (arguments.GetValue(model) is not null)
            yield break;
        foreach (var option in new Option[] { classes, size, fit, resampling, margin, channels, mean, deviation })
            if (arguments.GetResult(option) is { Implicit: false })
                yield return $"{option.Name}: expected --model beside it, since weights alone have no place for it. Give --model, or leave it out.";
    }

    public override int Run(ParseResult arguments, Host host)
    {
        string from = arguments.GetRequiredValue(source), to = arguments.GetRequiredValue(output)!;
        var result = Recognizer.IsModelFile(from) ? OfRecognizer(arguments, from) : OfWeights(arguments, from, host);
        var floats = Floats(arguments);
        if (result.Written is { } recognizer)
            recognizer.Save(to, floats);
        else if (floats != StoredType.F32)
            new SafetensorsWriter().AddText("format", "pt").AddRounded(Weights.Rounded(result.Tensors, floats)).Save(to);
        else
            WeightsFile.Write(to, result.Tensors);
        if (floats != StoredType.F32 && result.Written is not null)
            result = result with { Sha256 = Recognizer.Load(to).WeightsSha256 };
        if (arguments.GetValue(json))
            WriteJson(host, result, from, to);
        else
            WriteText(host, result, from, to);
        if (!arguments.GetValue(json))
            SayNext(host, result, to);
        return ExitCode.Done;
    }

    private Conversion OfRecognizer(ParseResult arguments, string from)
    {
        var recognizer = Recognizer.Load(from);
        return arguments.GetValue(model) is null
            ? new Conversion("mekiki", recognizer.Network.StateDict(), Floats(arguments) == StoredType.F32 ? null : recognizer, recognizer.Card.Model, recognizer.WeightsSha256)
            : throw new MekikiException($"{from}: expected weights alone for --model, got a model file of {recognizer.Card.Model}. Leave --model out to take its weights, or use it as it is.");
    }

    private Conversion OfWeights(ParseResult arguments, string from, Host host)
    {
        var weights = WeightsFile.Read(from);
        foreach (string note in weights.Notes)
            host.Say(note);
        string format = weights.Format switch { WeightsFormat.PyTorch => "pytorch", WeightsFormat.Npz => "npz", _ => "safetensors" };
        if (arguments.GetValue(model) is not { } name)
            return new Conversion(format, weights.Tensors, null, null, null);
        var (recognizer, notes) = WeightsImport.Run(weights, new ImportOptions
        {
            Model = name,
            Classes = arguments.GetValue(classes) is { } file ? ClassNames.Read(file) : null,
            Size = arguments.GetValue(size),
            Fit = arguments.GetValue(fit),
            Resampling = arguments.GetValue(resampling),
            Margin = arguments.GetValue(margin),
            Channels = arguments.GetValue(channels),
            Mean = arguments.GetValue(mean),
            Deviation = arguments.GetValue(deviation),
        });
        foreach (string note in notes)
            host.Say(note);
        return new Conversion(format, weights.Tensors, recognizer, recognizer.Card.Model, recognizer.WeightsSha256);
    }

    private StoredType Floats(ParseResult arguments) => arguments.GetValue(half) ? StoredType.F16 : arguments.GetValue(bfloat) ? StoredType.BF16 : arguments.GetValue(int8) ? StoredType.I8 : StoredType.F32;

    private static void SayNext(Host host, Conversion result, string to)
    {
        string path = ShellWord.Of(to);
        host.SayNext(result.Written is not null ? $"`mekiki test {path} --data DATA`, or `mekiki predict {path} IMAGE`." : WeightsFile.FormatFor(to) switch
        {
            WeightsFormat.Safetensors => $"`safetensors.torch.load_file('{to}')` reads it in Python.",
            WeightsFormat.Npz => $"`numpy.load('{to}')` reads it in Python.",
            _ => $"`torch.load('{to}', weights_only=True)` reads it in Python.",
        });
    }

    private static void WriteText(Host host, Conversion result, string from, string to)
    {
        Facts.Write(host, "source", $"{from}, {(result.Format == "mekiki" ? $"a model file of {result.Model}" : result.Format)}");
        if (result.Written is { } recognizer)
            Facts.Write(host, "model", $"{result.Model}, {recognizer.Classes.Count:N0} classes, images of {recognizer.Preprocessing.Input}, mean {recognizer.Preprocessing.Mean}, deviation {recognizer.Preprocessing.Deviation}");
        Facts.Write(host, "weights", $"{result.Tensors.Count:N0} tensors, {result.Numbers:N0} numbers{(result.Sha256 is null ? "" : $", sha256 {result.Sha256}")}");
        Facts.Write(host, "written", $"{to}{(result.Written is null ? ", weights alone" : "")}");
    }

    private static void WriteJson(Host host, Conversion result, string from, string to) =>
        new JsonLine()
            .Add("command", "convert")
            .Add("source", from)
            .Add("format", result.Format)
            .Add("model", result.Model)
            .Add("classes", result.Written?.Classes ?? [])
            .Add("tensors", result.Tensors.Count)
            .Add("numbers", result.Numbers)
            .Add("weights_sha256", result.Sha256)
            .Add("out", to)
            .WriteTo(host.Out);

    /// <summary>What was read, and what is written: a recognizer, or else the tensors alone.</summary>
    private sealed record Conversion(string Format, IReadOnlyList<(string Name, Tensor Tensor)> Tensors, Recognizer? Written, string? Model, string? Sha256)
    {
        public long Numbers => Tensors.Sum(t => (long)t.Tensor.Count);
    }
}
