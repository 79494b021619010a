using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Benchmarks;

// dotnet run -c Release --project bench/Mekiki.Benchmarks -- depthwise|pointwise|products|quantized [bits [batch [threads]]]
if (args is ["depthwise" or "pointwise" or "products" or "quantized", ..])
{
    int number(int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
    VectorWidth.Bits = number(1, VectorWidth.Widest);
    int[] threads = args.Length > 3 ? [number(3, 1)] : [1, 2];
    if (args[0] == "depthwise")
        DepthwiseFigures.Print(threads, args.Length > 2 ? [number(2, 1)] : [1, 32]);
    else if (args[0] == "pointwise")
        PointwiseFigures.Print(threads, args.Length > 2 ? [number(2, 1)] : [1, 16]);
    else if (args[0] == "quantized")
        QuantizedFigures.Print(threads, args.Length > 2 ? [number(2, 1)] : [1, 8]);
    else
        ProductFigures.Print(threads, args.Length > 2 ? [number(2, 1)] : [1, 8]);
    return;
}

// As bench/serving calls it.
if (args is ["recognizer", var file, var seconds])
{
    ServingFigures.Recognizer(file, double.Parse(seconds, CultureInfo.InvariantCulture), stretches: 5);
    return;
}

if (args is ["load", var url, var rate, var time, var connections])
{
    await ServingFigures.Load(new Uri(url), double.Parse(rate, CultureInfo.InvariantCulture), double.Parse(time, CultureInfo.InvariantCulture), int.Parse(connections, CultureInfo.InvariantCulture));
    return;
}

if (args is ["png", var path])
{
    File.WriteAllBytes(path, ServingFigures.Pngs(1)[0]);
    return;
}

// As bench/endurance calls it.
if (args is ["endurance", var program, var one, var other, .. { Length: 3 } counts])
{
    long[] n = [.. counts.Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
    using var endurance = new ServiceEndurance(program, [one, other]);
    Environment.ExitCode = await endurance.Run(n[0], (int)n[1], (int)n[2]) ? 0 : 1;
    return;
}

// dotnet run -c Release --project bench/Mekiki.Benchmarks -- set FILE.tar COUNT SIZE CHANNELS
if (args is ["set", var tar, .. var numbers])
{
    int[] n = [.. numbers.Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
    MadeSet.Write(tar, n[0], n[1], n[2]);
    return;
}

// As bench/million calls it.
if (args is ["different", var many, .. { Length: 2 } sizes])
{
    MadeSet.WriteDifferent(many, int.Parse(sizes[0], CultureInfo.InvariantCulture), int.Parse(sizes[1], CultureInfo.InvariantCulture));
    return;
}

// dotnet run -c Release --project bench/Mekiki.Benchmarks -- scaling results/scaling.csv
// dotnet run -c Release --project bench/Mekiki.Benchmarks -- scaling IMG_PER_S PARAMETERS LATENCY_US
if (args is ["scaling", .. { Length: 1 or 3 } constants])
{
    double constant(int index) => double.Parse(constants[index], CultureInfo.InvariantCulture);
    (constants.Length == 1 ? ScalingTable.Of(constants[0]) : new ScalingTable(constant(0), (long)constant(1), constant(2) * 1e-6)).Print(Console.Out);
    return;
}

// dotnet run -c Release --project bench/Mekiki.Benchmarks -- --filter '*'
// dotnet run -c Release --project bench/Mekiki.Benchmarks -- bits > bits.csv
// dotnet run -c Release --project bench/Mekiki.Benchmarks -- bits neocognitron sift-fisher-svm
if (args is ["bits", .. var models])
{
    BitsTable.Print(Console.Out, models);
    return;
}

var config = DefaultConfig.Instance
    .AddJob(Job.Default.WithWarmupCount(3).WithIterationCount(10).AsDefault())
    .AddDiagnoser(new MemoryDiagnoser(new MemoryDiagnoserConfig(displayGenColumns: false)))
    .HideColumns(Column.Error, Column.RatioSD, Column.AllocRatio)
    .WithBuildTimeout(TimeSpan.FromMinutes(10));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
