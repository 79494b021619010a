using Mekiki.Backends;

namespace Mekiki.Autograd;

/// <summary>A function of tensors with a gradient of one's own: where the built-in operations have none, or a better one is known.</summary>
/// <remarks>
/// A subclass says how results come from inputs, and how the inputs' gradients come from those of the results. One object may be applied any number of times,
/// on any threads; what belongs to one application is kept in its <see cref="FunctionCall"/>.
/// </remarks>
/// <example>
/// <code>
/// sealed class Square : Function
/// {
///     protected override Tensor[] Forward(FunctionCall call) => [call.Inputs[0] * call.Inputs[0]];
///
///     protected override Tensor?[] Backward(FunctionCall call, IReadOnlyList&lt;Tensor> upstream) => [2 * call.Inputs[0] * upstream[0]];
/// }
/// </code>
/// <code>
/// var y = new Square().Apply(x);
/// </code>
/// </example>
public abstract class Function
{
    /// <summary>The result for the inputs, of a function with one result.</summary>
    /// <exception cref="MekikiException">There is not exactly one result.</exception>
    public Tensor Apply(params ReadOnlySpan<Tensor> inputs)
    {
        var results = ApplyAll(inputs);
        return results.Count == 1 ? results[0] : throw new InvalidOperationException($"{GetType().Name}: expected one result, got {results.Count}. Call ApplyAll.");
    }

    /// <summary>All results for the inputs.</summary>
    /// <exception cref="MekikiException">The function returns no result.</exception>
    public IReadOnlyList<Tensor> ApplyAll(params ReadOnlySpan<Tensor> inputs)
    {
        var call = new FunctionCall(inputs.ToArray());
        bool recorded = false;
        foreach (var input in call.Inputs)
        {
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
            recorded |= Gradients.Needed(input);
        }

        var results = Compute(call);
        if (!recorded)
        {
            call.Free();
            return results;
        }

        // Behind all results stands one node, which waits until each has told its gradient.
        var hub = new Tensor([], results[0].Backend.Zeros(1)).AsInner();
        var node = new HubNode(this, call, results, hub);
        hub.Node = node;
        for (int i = 0; i < results.Length; i++)
            if (results[i].DType == DType.Float32)
                results[i].Node = new ResultNode(node, i, hub, results[i]);
        return results;
    }

    /// <summary>Computes the results; nothing is recorded inside.</summary>
    /// <param name="call">The inputs, and the place to keep what <see cref="Backward"/> will need.</param>
    /// <returns>One result or more, any shapes. What operations make inside is freed at the end, but for the results and what was kept.</returns>
    protected abstract Tensor[] Forward(FunctionCall call);

    /// <summary>Computes the gradients of the inputs; nothing is recorded inside.</summary>
    /// <param name="call">The inputs, as they were, and what was kept.</param>
    /// <param name="upstream">For each result its gradient, of its shape; zeros where nobody used it.</param>
    /// <returns>For each input its gradient, of its shape; null where there is none, or where nobody wants it (<see cref="Tensor.RequiresGrad"/>).</returns>
    protected abstract Tensor?[] Backward(FunctionCall call, IReadOnlyList<Tensor> upstream);

    private Tensor[] Compute(FunctionCall call)
    {
        (Shape Shape, Storage Elements, Layout Layout)[] found;
        using (Gradients.Off())
        using (Scope.Begin())
        {
            var results = Forward(call);
            if (results is null || results.Length == 0)
                throw new InvalidOperationException($"{GetType().Name}: expected one result or more of Forward, got none. Return [y].");
            if (Array.IndexOf(results, null) >= 0)
                throw new InvalidOperationException($"{GetType().Name}: expected results of Forward, got null among them. Return a tensor.");
            found = Array.ConvertAll(results, r => (r.Shape, r.Data.Share(), r.Layout));
        }

        // Tensors of their own: what is inside is freed now, and a result may be an input.
        return Array.ConvertAll(found, r => new Tensor(r.Shape, r.Elements, r.Layout));
    }

    private void Run(FunctionCall call, Tensor[] upstream)
    {
        using var off = Gradients.Off();
        using var inside = Scope.Begin();
        var gradients = Backward(call, upstream);
        if (gradients is null || gradients.Length != call.Inputs.Count)
            throw new InvalidOperationException($"{GetType().Name}: expected {call.Inputs.Count} gradients of Backward, one for each input, got {gradients?.Length ?? 0}. Return null where there is none.");
        for (int i = 0; i < gradients.Length; i++)
        {
            var input = call.Inputs[i];
            if (gradients[i] is not { } gradient || !input.RequiresGrad)
                continue;
            if (gradient.Shape != input.Shape || gradient.DType != DType.Float32)
                throw new InvalidOperationException($"{GetType().Name}: expected a gradient of input {i} of shape {input.Shape}, got {gradient.DType} {gradient.Shape}. Sum over what was repeated.");
            Operand.Check(GetType().Name, input, gradient);
            input.Accept(gradient.Layout == input.Layout ? gradient.Data.Share() : input.Backend.Relayout(gradient.Data, input.Shape, gradient.Layout, input.Layout));
        }
    }

    /// <summary>The whole application: its inputs, and the gradients of its results as they come.</summary>
    private sealed class HubNode(Function function, FunctionCall call, Tensor[] results, Tensor hub) : Node(hub)
    {
        private readonly (Storage? Gradient, long Visit)[] arrived = new (Storage?, long)[results.Length];
        private readonly (Shape Shape, Layout Layout, Backend Backend)[] forms = Array.ConvertAll(results, r => (r.Shape, r.Layout, r.Backend));

        public override int InputCount => call.Inputs.Count;

        public override Tensor Input(int index) => call.Inputs[index];

        public void Arrive(int result, Storage dy)
        {
            arrived[result].Gradient?.Release();
            arrived[result] = (dy, Visit);
        }

        protected override void Backward(Storage dy)
        {
            dy.Release();
            var upstream = new Tensor[forms.Length];
            for (int i = 0; i < upstream.Length; i++)
            {
                var (shape, layout, backend) = forms[i];
                // What a pass that failed left behind is not of this one.
                bool isHere = arrived[i].Gradient is not null && arrived[i].Visit == Visit;
                if (!isHere)
                    arrived[i].Gradient?.Release();
                upstream[i] = new Tensor(shape, isHere ? arrived[i].Gradient! : backend.Zeros(shape.ElementCount), layout, isResult: false);
                arrived[i] = default;
            }

            function.Run(call, upstream);
            foreach (var gradient in upstream)
                gradient.Release();
        }

        protected override void Free() => call.Free();
    }

    /// <summary>One result of the application.</summary>
    private sealed class ResultNode(HubNode whole, int index, Tensor hub, Tensor result) : UnaryNode(hub, result)
    {
        protected override bool ReadsInputs => false;

        protected override void Backward(Storage dy)
        {
            whole.Arrive(index, dy);
            X.Accept(X.Backend.Zeros(1));
        }
    }
}

/// <summary>One application of a <see cref="Function"/>: its inputs, and what its way back needs.</summary>
public sealed class FunctionCall
{
    private readonly List<Tensor> kept = [];

    internal FunctionCall(Tensor[] inputs) => Inputs = inputs;

    /// <summary>What the function was applied to.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>The tensors that <see cref="Keep"/> was given, in order.</summary>
    public IReadOnlyList<Tensor> Kept => kept;

    /// <summary>Anything else that the way back needs.</summary>
    public object? State { get; set; }

    /// <summary>Keeps tensors until the way back was gone; inputs need not be kept.</summary>
    public void Keep(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            ArgumentNullException.ThrowIfNull(tensor, nameof(tensors));
            kept.Add(tensor.Detach());
        }
    }

    internal void Free()
    {
        foreach (var tensor in kept)
            tensor.Release();
        kept.Clear();
        State = null;
    }
}
