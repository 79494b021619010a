using System.Globalization;
using System.Text;
using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;

namespace Mekiki.Onnx.Tests.Import;

/// <summary>ONNX's own tests of single nodes: Debian's libonnx-testdata, or any folder of that form that MEKIKI_ONNX_TESTS names.</summary>
public sealed class NodeTests
{
    private const int LeastPassed = 230;

    private static string? Folder
    {
        get
        {
            string folder = Environment.GetEnvironmentVariable("MEKIKI_ONNX_TESTS") is { Length: > 0 } set ? set : "/usr/share/libonnx-testdata/data/node";
            return Directory.Exists(folder) ? folder : null;
        }
    }

    [Fact]
    public void Nodes_GiveTheResultsOfTheSuite()
    {
        Assert.SkipWhen(Folder is null, "ONNX's node tests are not installed (Debian: libonnx-testdata; or MEKIKI_ONNX_TESTS).");
        int passed = 0;
        var failed = new List<string>();
        var left = new StringBuilder();
        foreach (string test in Directory.EnumerateDirectories(Folder!).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(test);
            string? reason;
            try
            {
                reason = Reason(test);
                if (reason is null && Difference(test) is { } difference)
                    failed.Add($"{name}: {difference}");
                else if (reason is null)
                    passed++;
            }
            catch (MekikiException e)
            {
                reason = e.Message.ReplaceLineEndings(" ");
            }

            if (reason is not null)
                left.Append(CultureInfo.InvariantCulture, $"{name}: {reason}\n");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"ONNX node tests: {passed + failed.Count} run, {passed} passed, {left.ToString().Count(c => c == '\n')} not run");
        if (Environment.GetEnvironmentVariable("MEKIKI_ONNX_TESTS") is { Length: > 0 })
            TestContext.Current.TestOutputHelper?.WriteLine($"not run:\n{left}");
        Assert.True(failed.Count == 0, string.Join("\n", failed));
        Assert.True(passed >= LeastPassed, $"{passed} passed");
        if (Environment.GetEnvironmentVariable("MEKIKI_ONNX_TESTS") is not { Length: > 0 })
            Stored.Same("nodes-not-run", left.ToString());
    }

    // Why a test is not run, or null: it is.
    private static string? Reason(string test)
    {
        var graph = GraphReader.Read(Path.Combine(test, "model.onnx"));
        string[] unknown = [.. graph.Nodes.Where(n => OperatorTable.Find(n.Operator, n.Domain) is null).Select(n => n.Domain.Length == 0 ? n.Operator : $"{n.Domain}.{n.Operator}").Distinct()];
        if (unknown.Length > 0)
            return $"operators that are not read: {string.Join(", ", unknown)}";
        if (graph.Inputs.Concat(graph.Outputs).Any(v => v.Type is ElementType.Text or ElementType.None))
            return "texts, sequences or optional values";
        if (graph.Inputs.Concat(graph.Outputs).Any(v => v.Type == ElementType.BFloat16))
            return "bfloat16, which the suite stores as uint16";
        return null;
    }

    private static string? Difference(string test)
    {
        var graph = GraphReader.Read(Path.Combine(test, "model.onnx"));
        var values = graph.Constants.ToDictionary(c => c.Name, Value.Of);
        string[] given = [.. graph.Inputs.Select(i => i.Name).Where(name => !values.ContainsKey(name))];
        for (int i = 0; i < given.Length; i++)
            values[given[i]] = Read(test, $"input_{i}.pb");
        int version = (int)graph.Operators.GetValueOrDefault("", 1);
        using var pause = Autograd.Gradients.Off();
        foreach (var node in graph.Nodes)
        {
            var results = GraphPlan.Compute(node, [.. node.Inputs.Select(v => v.Length == 0 ? null : values[v])], version);
            for (int o = 0; o < node.Outputs.Count; o++)
                values[node.Outputs[o]] = results[o];
        }

        for (int o = 0; o < graph.Outputs.Count; o++)
        {
            var expected = Read(test, $"output_{o}.pb");
            var got = values[graph.Outputs[o].Name];
            if (!expected.Sizes.AsSpan().SequenceEqual(got.Sizes))
                return $"expected ({string.Join(", ", expected.Sizes)}), got ({string.Join(", ", got.Sizes)})";
            if (expected.Type != got.Type)
                return $"expected {expected.Type}, got {got.Type}";
            float[] want = expected.Floats.ToArray(), have = got.Floats.ToArray();
            for (int i = 0; i < want.Length; i++)
                if (!(MathF.Abs(want[i] - have[i]) <= 1e-7f + 1e-3f * MathF.Abs(want[i]) || want[i].Equals(have[i])))
                    return string.Create(CultureInfo.InvariantCulture, $"expected {want[i]} as element {i}, got {have[i]}");
        }

        return null;
    }

    private static Value Read(string test, string file) =>
        Value.Of(GraphReader.ReadTensor(File.ReadAllBytes(Path.Combine(test, "test_data_set_0", file)), file));
}
