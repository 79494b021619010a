namespace Mekiki.Architecture.Tests;

/// <summary>The rules of the house, as tables: which assemblies there are and what they may use, what is in each room, and where newcomers walk.</summary>
/// <remarks>A room is a namespace, and so a folder. `MEKIKI_STORE=1` with this project's tests draws the house anew after a change here.</remarks>
internal static class House
{
    /// <summary>The room of those types in the engine's root namespace that use no type but each other. The others there are the room <c>Mekiki</c>.</summary>
    public const string BasicTypes = "Mekiki: basic types";

    /// <summary>The folder of what stands behind the engine's border.</summary>
    public const string Processor = "Mekiki.Backends.Cpu";

    /// <summary>The assemblies, from the roof to the ground.</summary>
    public static IReadOnlyList<SourceAssembly> Assemblies { get; } =
    [
        new("Mekiki.Cli", "the program mekiki: arguments, one library call, printing", 3, "Mekiki.Workbench", "Mekiki.Serving", "Mekiki.Onnx", "Mekiki.Distributed", "Mekiki.Vision", "Mekiki"),
        new("Mekiki.Workbench", "what front ends share", 2, "Mekiki.Vision", "Mekiki"),
        new("Mekiki.Serving", "recognizers over HTTP, and as a page", 2, "Mekiki.Vision", "Mekiki"),
        new("Mekiki.Distributed", "training on many machines", 1, "Mekiki.Vision", "Mekiki"),
        new("Mekiki.Logging", "an adapter", 1, "Mekiki.Vision", "Mekiki"),
        new("Mekiki.Onnx", "recognizers as ONNX files", 1, "Mekiki.Vision", "Mekiki"),
        new("Mekiki.Vision", "from images to recognizers", 3, "Mekiki"),
        new("Mekiki", "the engine: tensors with automatic differentiation", 2),
    ];

    /// <summary>What is in each room, in a sentence.</summary>
    public static IReadOnlyDictionary<string, string> Rooms { get; } = new Dictionary<string, string>
    {
        ["Mekiki.Cli"] = "The whole line: finds the command, tells what is wrong, prints help.",
        ["Mekiki.Cli.Commands"] = "A file for each command: its options, one library call, printing.",
        ["Mekiki.Cli.Parsing"] = "Options with their ranges, times and paths, as they are typed.",
        ["Mekiki.Cli.Output"] = "Tables, progress bars, curves, JSON lines.",
        ["Mekiki.Cli.Terminal"] = "What a terminal shows: columns of characters, lines that fit, colours, escape sequences.",
        ["Mekiki.Cli.Languages"] = "Translates what is printed: phrases with holes, and the file that holds them.",
        ["Mekiki.Cli.Hosting"] = "The world around a command: streams, terminal, clock, Ctrl-C, exit codes, web server.",

        ["Mekiki.Workbench.Lecture"] = "The lecture's experiments: its two networks, and the history of recognizers.",
        ["Mekiki.Workbench.Comparisons"] = "Which of two models is better, and whether that is chance.",
        ["Mekiki.Workbench.Benchmarks"] = "How fast a network trains and answers.",
        ["Mekiki.Workbench.Search"] = "Searches for good training options within a time.",
        ["Mekiki.Workbench.Runs"] = "A training with its folder: options, split, logs, checkpoints, best model.",
        ["Mekiki.Workbench.Checks"] = "What is wrong with a data set: equal images, doubtful labels.",
        ["Mekiki.Workbench.Reports"] = "How good a recognizer is: every answer as a table, and one page that tells all.",
        ["Mekiki.Workbench.Explanations"] = "Draws explanations of answers as pictures.",
        ["Mekiki.Workbench.Inspections"] = "Draws what a network has learnt: filters, maps, images that excite it, a map of a set.",
        ["Mekiki.Workbench.Lessons"] = "Lessons that run: their files as text and code, their pages, the book, answers to exercises.",
        ["Mekiki.Workbench.Pictures"] = "Charts, tiles, matrices and sketches for pages, in both languages.",
        ["Mekiki.Workbench.Parquet"] = "Public sets in Parquet files, as image files.",
        ["Mekiki.Workbench.Sheets"] = "Tables and contact sheets of images, as files.",
        ["Mekiki.Workbench.Watching"] = "Runs while they train: curves, figures and mistakes, and the page that shows them.",

        ["Mekiki.Serving"] = "AddMekiki and MapMekiki: a service of recognizers inside any web program.",
        ["Mekiki.Serving.Routes"] = "What answers each address, from a body to a batch and back.",
        ["Mekiki.Serving.OpenInference"] = "Requests and answers of the Open Inference Protocol, as JSON and as bytes.",
        ["Mekiki.Serving.Http"] = "What every request passes: keys, limits, time; bodies in, answers and problems out.",
        ["Mekiki.Serving.Models"] = "Models by name: their files, which are swapped while they serve, and the queues that make batches.",
        ["Mekiki.Serving.Metrics"] = "What is counted and measured, also as Prometheus reads it.",
        ["Mekiki.Serving.Options"] = "What a service allows.",

        ["Mekiki.Distributed"] = "The ranks that Open MPI started, and messages between them.",

        ["Mekiki.Logging"] = "Writes what happens in a training to an ILogger.",

        ["Mekiki.Onnx"] = "Writes recognizers as ONNX files, and reads those of other programs.",
        ["Mekiki.Onnx.Export"] = "Follows what a network computes, and writes it as nodes of a graph.",
        ["Mekiki.Onnx.Import"] = "What each operator of a graph computes, and a graph as a network.",
        ["Mekiki.Onnx.Quantizing"] = "Which values of a graph become 8-bit numbers, and which numbers.",
        ["Mekiki.Onnx.Files"] = "Graphs, and their bytes as protocol buffers.",

        ["Mekiki.Vision"] = "Recognizer: images in, labels with probabilities out; the model file.",
        ["Mekiki.Vision.Training"] = "The training loop with its options, presets, checkpoints and observers.",
        ["Mekiki.Vision.Evaluation"] = "How good a recognizer is on labelled images: figures with intervals, honest probabilities, what it does not know.",
        ["Mekiki.Vision.Explanations"] = "Which parts of an image decided an answer: occlusion, gradients, maps of layers.",
        ["Mekiki.Vision.Models"] = "The networks, a file for each, and the catalogue that names them.",
        ["Mekiki.Vision.Classical"] = "Recognition without networks: SIFT, Fisher vectors, linear SVM.",
        ["Mekiki.Vision.Classical.Neocognitrons"] = "Fukushima's neocognitrons, which learn without gradients.",
        ["Mekiki.Vision.Data"] = "Sets of labelled images, their files, downloads and splits; the loader that makes batches.",
        ["Mekiki.Vision.Kana"] = "A synthetic hand that draws 73 characters from their strokes.",
        ["Mekiki.Vision.Transforms"] = "From pixels to a network's numbers: random changes, sizes, normalization.",
        ["Mekiki.Vision.Ranks"] = "Processes that train one network: what they send each other, and sums with the same bits on any number of them.",
        ["Mekiki.Vision.Options"] = "What is said about each option: names, range, default; messages with properties or with options.",
        ["Mekiki.Vision.Images"] = "Decodes PNG, JPEG and other files to pixels.",

        ["Mekiki.Layers"] = "Linear, Conv2d, BatchNorm2d and other modules with parameters.",
        ["Mekiki.Losses"] = "How far predictions are from what they should be.",
        ["Mekiki.Optimizers"] = "Change parameters by their gradients: SGD, Adam, AdamW, RMSprop.",
        ["Mekiki.Schedules"] = "The learning rate of each step.",
        ["Mekiki.Files"] = "Weights as safetensors, PyTorch and NumPy files, which are read without trust.",
        ["Mekiki"] = "Tensor and Module: what users hold.",
        ["Mekiki.Operations"] = "A file for each operation: its checks, its result, its gradient.",
        ["Mekiki.Autograd"] = "Records operations, and walks them back to the gradients.",
        ["Mekiki.Backends"] = "The border: what any device must be able to do.",
        [BasicTypes] = "Shape, DType, Device, Generator, MekikiException: the basic types of every room above, so no lines lead here.",

        ["Mekiki.Backends.Cpu"] = "Carries out the border's methods on the processor.",
        ["Mekiki.Backends.Cpu.Fusion"] = "Convolution, norm, activation and pooling as one piece of work.",
        ["Mekiki.Backends.Cpu.Convolutions"] = "Convolutions and pooling; one rule chooses how.",
        ["Mekiki.Backends.Cpu.Winograd"] = "3x3 convolutions with a quarter of the multiplications.",
        ["Mekiki.Backends.Cpu.Quantized"] = "Convolutions, linear layers, sums and pooling of 8-bit numbers.",
        ["Mekiki.Backends.Cpu.Products"] = "Products of matrices, tile by tile.",
        ["Mekiki.Backends.Cpu.Norms"] = "Batch norm, layer norm, softmax.",
        ["Mekiki.Backends.Cpu.Elements"] = "What is done to each element, and how elements are moved.",
        ["Mekiki.Backends.Cpu.Memory"] = "The pool of aligned blocks.",
        ["Mekiki.Backends.Cpu.Simd"] = "Vectors of 128, 256 and 512 bits.",
        ["Mekiki.Backends.Cpu.Threading"] = "Threads that stand ready for parallel work.",
    };

    /// <summary>The sentence of a room.</summary>
    public static string SentenceOf(string room) =>
        Rooms.GetValueOrDefault(room) ?? throw new InvalidOperationException($"{room}: expected a sentence in House.Rooms, got none. Add it.");

    /// <summary>The circles between rooms that stay. No room may join; a circle that opens leaves the list.</summary>
    public static IReadOnlyList<KnownCircle> KnownCircles { get; } =
    [
        new(["Mekiki", "Mekiki.Autograd", "Mekiki.Operations"],
            "These three use each other: a tensor's methods are operations, and every result remembers the operation that made it."),
    ];

    /// <summary>Three walks, each with no way back.</summary>
    public static IReadOnlyList<Walk> Walks { get; } =
    [
        new("Pixels from a file to a batch",
            new(Step.Begin, "Mekiki.Vision.Images", ["ImageDecoder", "ImageShape"], "decodes a file to pixels"),
            new(Step.HandOn, "Mekiki.Vision.Transforms", ["Pipeline", "RandomAffine"], "turns pixels into numbers"),
            new(Step.HandOn, "Mekiki.Vision.Data", ["ImageSetReader", "Loader", "Batch"], "asks both for every image, and fills a batch"),
            new(Step.HandOn, "Mekiki.Vision.Training", ["Trainer"], "takes the batch for a step")),
        new("An option from the command line to the optimizer",
            new(Step.Begin, "Mekiki.Cli", ["CommandLine", "CommandTree"], "finds the command"),
            new(Step.Call, "Mekiki.Cli.Commands", ["CommandTable", "TrainCommand"], "makes options of words, as their table says"),
            new(Step.Call, "Mekiki.Workbench.Runs", ["TrainingRun"], "writes them down, and trains"),
            new(Step.Call, "Mekiki.Vision.Training", ["Trainer", "TrainOptions", "NamedOptimizer"], "makes the optimizer by its name"),
            new(Step.Call, "Mekiki.Optimizers", ["AdamW"], "changes the weights")),
        new("A tensor through a convolution",
            new(Step.Begin, "Mekiki.Layers", ["Conv2d"], "holds the weights"),
            new(Step.Call, "Mekiki", ["Tensor"], "names the operation"),
            new(Step.Call, "Mekiki.Operations", ["ConvolutionOperation"], "checks shapes, knows the gradient"),
            new(Step.Call, "Mekiki.Backends", ["Backend", "ConvolutionShape"], "declares the work"),
            new(Step.HandOn, "Mekiki.Backends.Cpu", ["CpuBackend"], "takes it on"),
            new(Step.Call, "Mekiki.Backends.Cpu.Convolutions", ["Convolution", "PixelProduct"], "chooses the way"),
            new(Step.Call, "Mekiki.Backends.Cpu.Products", ["TileKernels"], "multiplies tiles"),
            new(Step.Call, "Mekiki.Backends.Cpu.Simd", ["Simd512"], "in the widest vectors")),
    ];

    /// <summary>The assembly that a room stands in.</summary>
    public static SourceAssembly AssemblyOf(string room) =>
        Assemblies.Where(d => room == d.Name || room.StartsWith(d.Name + '.', StringComparison.Ordinal) || room == BasicTypes && d.Name == "Mekiki").MaxBy(d => d.Name.Length)
        ?? throw new InvalidOperationException($"{room}: expected the name of an assembly of the sources before it, got none of them. Add the assembly to House.Assemblies.");

    /// <summary>Whether one assembly may use another.</summary>
    public static bool May(string user, string used) => user == used || Assemblies.Any(d => d.Name == user && d.May.Contains(used));
}
