using Mekiki.Files;
using Mekiki.Onnx.Files;

namespace Mekiki.Onnx.Import;

/// <summary>A node with the values that it takes.</summary>
/// <param name="Node">The node.</param>
/// <param name="Inputs">Its inputs; null where one is left out.</param>
/// <param name="Version">The version of ONNX's operators that the file uses.</param>
internal readonly record struct NodeCall(GraphNode Node, Value?[] Inputs, int Version)
{
    public bool Has(int input) => input < Inputs.Length && Inputs[input] is not null;

    public Value this[int input] => Has(input) ? Inputs[input]! : throw Wrong($"{input + 1} inputs or more");

    public Tensor Floats(int input) => this[input].Floats;

    public long Integer(string name, long otherwise) => Node.Attributes.TryGetValue(name, out var a) && a.Integer is { } value ? value : otherwise;

    public float Number(string name, float otherwise) => Node.Attributes.TryGetValue(name, out var a) && a.Number is { } value ? value : otherwise;

    public string Text(string name, string otherwise) => Node.Attributes.TryGetValue(name, out var a) && a.Text is { } value ? value : otherwise;

    public long[]? Integers(string name) => Node.Attributes.TryGetValue(name, out var a) ? a.Integers : null;

    /// <summary>A list that newer versions take as an input and older ones as an attribute; null: not given.</summary>
    public long[]? List(int input, string name) => Has(input) ? this[input].Integers : Integers(name);

    /// <summary>A dimension, counted from the front.</summary>
    public int Dimension(long dimension, int rank)
    {
        long index = dimension < 0 ? dimension + rank : dimension;
        return index >= 0 && index < rank ? (int)index : throw Wrong($"a dimension from {-rank} to {rank - 1}", dimension);
    }

    /// <summary>A size, count or distance.</summary>
    public int Small(long value, int least = 0) => value >= least && value <= 1 << 28 ? (int)value : throw Wrong($"a number from {least} to {1 << 28:N0}", value);

    public MekikiException Wrong(string expected) => new(FormattableString.Invariant($"{Title}: expected {expected}, got others. Export the network again, or another way."));

    public MekikiException Wrong(string expected, long got) => new(FormattableString.Invariant($"{Title}: expected {expected}, got {got}. Export the network again, or another way."));

    private string Title => Node.Name.Length > 0 ? $"{FileText.Short(Node.Operator)} '{FileText.Short(Node.Name)}'" : FileText.Short(Node.Operator);
}
