namespace Mekiki.Operations;

/// <summary>Sums of products over named dimensions, by Einstein's convention.</summary>
/// <remarks>
/// Two operands at a time, from the left: what neither the result nor another operand names is summed up; then dimensions are ordered as (both and kept, kept, summed)
/// and (both and kept, summed, kept), and products of matrices do the rest.
/// </remarks>
internal static class EinsumOperation
{
    public static Tensor Apply(string equation, ReadOnlySpan<Tensor> operands)
    {
        ArgumentNullException.ThrowIfNull(equation);
        foreach (var operand in operands)
            Operand.Check("Einsum", operands[0], operand);
        var (inputs, output) = Parse(equation, operands);
        var terms = new List<Term>();
        for (int i = 0; i < inputs.Length; i++)
            terms.Add(new Term(inputs[i], operands[i]));
        while (terms.Count > 1)
        {
            var (a, b) = (terms[0], terms[1]);
            terms.RemoveRange(0, 2);
            string wanted = output + string.Concat(terms.Select(t => t.Names));
            Term left = Summed(a, wanted + b.Names), right = Summed(b, wanted + a.Names);
            var product = Product(equation, left, right, wanted);
            Hide([a, b, left, right], product, operands);
            terms.Insert(0, product);
        }

        var last = Summed(terms[0], output);
        var result = Ordered(last, output);
        Hide([terms[0], last], result, operands);
        return result.Tensor;
    }

    // The backward pass frees what was made on the way, but neither operands nor the result.
    private static void Hide(ReadOnlySpan<Term> terms, Term result, ReadOnlySpan<Tensor> operands)
    {
        foreach (var term in terms)
            if (!ReferenceEquals(term.Tensor, result.Tensor) && operands.IndexOf(term.Tensor) < 0)
                term.Tensor.AsInner();
    }

    private static (string[] Inputs, string Output) Parse(string equation, ReadOnlySpan<Tensor> operands)
    {
        string text = equation.Replace(" ", "", StringComparison.Ordinal);
        string[] sides = text.Split("->");
        string[] inputs = sides[0].Split(',');
        if (sides.Length > 2 || text.Length == 0)
            throw Wrong(equation, "one '->' at most, as in 'ik,kj->ij'");
        foreach (char c in string.Concat(sides).Replace(",", "", StringComparison.Ordinal))
            if (!char.IsAsciiLetter(c))
                throw Wrong(equation, $"letters for dimensions, got '{c}'");
        if (inputs.Length != operands.Length)
            throw Wrong(equation, $"as many operands as it names ({inputs.Length}), got {operands.Length}");
        var sizes = new Dictionary<char, int>();
        for (int i = 0; i < inputs.Length; i++)
        {
            var shape = operands[i].Shape;
            if (inputs[i].Length != shape.Rank)
                throw Unfit(equation, $"{shape.Rank} letters for operand {i} {shape}, got '{inputs[i]}'");
            if (inputs[i].Distinct().Count() != shape.Rank)
                throw Wrong(equation, $"different letters within an operand, got '{inputs[i]}'");
            for (int d = 0; d < shape.Rank; d++)
                if (sizes.TryGetValue(inputs[i][d], out int size) && size != shape[d])
                    throw Unfit(equation, $"one size for '{inputs[i][d]}', got {size} and {shape[d]}");
                else
                    sizes[inputs[i][d]] = shape[d];
        }

        // Without a right side: what stands once, in alphabetical order.
        string output = sides.Length == 2
            ? sides[1]
            : string.Concat(string.Concat(inputs).GroupBy(c => c).Where(g => g.Count() == 1).Select(g => g.Key).Order());
        if (output.Contains(',', StringComparison.Ordinal) || output.Distinct().Count() != output.Length)
            throw Wrong(equation, $"different letters on the right, got '{output}'");
        foreach (char c in output)
            if (!sizes.ContainsKey(c))
                throw Wrong(equation, $"letters of the left on the right, got '{c}'");
        if (output.Length > Shape.MaxRank)
            throw Wrong(equation, $"at most {Shape.MaxRank} dimensions on the right, got {output.Length}");
        return (inputs, output);
    }

    // Sums up what nobody names.
    private static Term Summed(Term term, string wanted)
    {
        int[] gone = [.. Enumerable.Range(0, term.Names.Length).Where(d => !wanted.Contains(term.Names[d], StringComparison.Ordinal))];
        return gone.Length == 0 ? term : new Term(string.Concat(term.Names.Where(c => wanted.Contains(c, StringComparison.Ordinal))), term.Tensor.Sum(gone));
    }

    private static Term Ordered(Term term, string names)
    {
        if (term.Names == names)
            return term;
        int[] order = [.. names.Select(c => term.Names.IndexOf(c, StringComparison.Ordinal))];
        return new Term(names, term.Tensor.Permute(order));
    }

    private static Term Product(string equation, Term a, Term b, string wanted)
    {
        string both = string.Concat(a.Names.Where(c => b.Names.Contains(c, StringComparison.Ordinal)));
        string batch = string.Concat(both.Where(c => wanted.Contains(c, StringComparison.Ordinal))), summed = string.Concat(both.Where(c => !batch.Contains(c, StringComparison.Ordinal)));
        string left = string.Concat(a.Names.Where(c => !both.Contains(c, StringComparison.Ordinal))), right = string.Concat(b.Names.Where(c => !both.Contains(c, StringComparison.Ordinal)));
        string names = batch + left + right;
        if (names.Length > Shape.MaxRank)
            throw Wrong(equation, $"at most {Shape.MaxRank} dimensions on the way, got {names.Length} ('{names}')");
        int count = Size(a, batch), rows = Size(a, left), depth = Size(a, summed), columns = Size(b, right);
        var first = Ordered(a, batch + left + summed).Tensor.AsInner(a.Tensor).Reshape([count, rows, depth]).AsInner();
        var second = Ordered(b, batch + summed + right).Tensor.AsInner(b.Tensor).Reshape([count, depth, columns]).AsInner();
        int[] sizes = [.. names.Select(c => (a.Names.Contains(c, StringComparison.Ordinal) ? a : b).SizeOf(c))];
        return new Term(names, first.MatMul(second).AsInner().Reshape(sizes));
    }

    private static int Size(Term term, string names)
    {
        int size = 1;
        foreach (char c in names)
            size *= term.SizeOf(c);
        return size;
    }

    // Marks a tensor that was made on the way, not one that a user gave.
    private static Tensor AsInner(this Tensor tensor, Tensor given) => ReferenceEquals(tensor, given) ? tensor : tensor.AsInner();

    private static ArgumentException Wrong(string equation, string expected) => new($"Einsum '{equation}': expected {expected}.", nameof(equation));

    private static MekikiException Unfit(string equation, string expected) => new($"Einsum '{equation}': expected {expected}.");

    /// <summary>A tensor and a letter for each of its dimensions.</summary>
    private sealed record Term(string Names, Tensor Tensor)
    {
        public int SizeOf(char name) => Tensor.Shape[Names.IndexOf(name, StringComparison.Ordinal)];
    }
}
