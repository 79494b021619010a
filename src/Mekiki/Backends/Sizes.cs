namespace Mekiki.Backends;

/// <summary>The sizes and constants of a batch normalization.</summary>
/// <param name="Images">N.</param>
/// <param name="Height">H; 1 for rows (N, C).</param>
/// <param name="Width">W; 1 for rows.</param>
/// <param name="Channels">C.</param>
/// <param name="IsTraining">Whether the batch's own statistics are used, and the running ones follow them.</param>
/// <param name="Momentum">Share of the batch in the running statistics.</param>
/// <param name="Epsilon">Added to the variance.</param>
internal readonly record struct NormSizes(int Images, int Height, int Width, int Channels, bool IsTraining, float Momentum, float Epsilon);

/// <summary>The windows of a pooling over images.</summary>
/// <param name="Images">N.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
/// <param name="Channels">C.</param>
/// <param name="Rows">Which rows each row of the result sees.</param>
/// <param name="Columns">Which columns each column of the result sees.</param>
/// <param name="IsMaximum">Whether the largest value is taken, else the average.</param>
/// <param name="IsHalving">Whether the windows are 2x2 side by side, without margin.</param>
internal readonly record struct PoolSizes(int Images, int Height, int Width, int Channels, PoolAxis Rows, PoolAxis Columns, bool IsMaximum, bool IsHalving)
{
    public long InputLength => (long)Images * Height * Width * Channels;

    public long OutputLength => (long)Images * Rows.Count * Columns.Count * Channels;
}

/// <summary>The constants of a local response normalization.</summary>
/// <param name="Images">N.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
/// <param name="Channels">C.</param>
/// <param name="Size">Over how many channels squares are summed.</param>
/// <param name="Alpha">How much they count, divided by the size.</param>
/// <param name="Beta">The exponent.</param>
/// <param name="K">What is added.</param>
internal readonly record struct ResponseNormSizes(int Images, int Height, int Width, int Channels, int Size, float Alpha, float Beta, float K);

/// <summary>Matrices (Rows, Depth) · (Depth, Columns); each operand may lie transposed in memory.</summary>
/// <param name="Count">How many pairs of matrices lie one behind another.</param>
/// <param name="Rows">Rows of the result.</param>
/// <param name="Columns">Columns of the result.</param>
/// <param name="Depth">Products summed up for each element.</param>
/// <param name="IsFirstTransposed">Whether the first operand lies as (Depth, Rows).</param>
/// <param name="IsSecondTransposed">Whether the second operand lies as (Columns, Depth).</param>
internal readonly record struct ProductSizes(int Count, int Rows, int Columns, int Depth, bool IsFirstTransposed = false, bool IsSecondTransposed = false);

/// <summary>One parameter in an optimizer's step.</summary>
/// <param name="Value">The parameter, which is overwritten.</param>
/// <param name="Gradient">Its gradient.</param>
/// <param name="First">The optimizer's first array of its own, overwritten; null: it has none.</param>
/// <param name="Second">Its second.</param>
/// <param name="Rate">The learning rate, corrected for the parameter's step.</param>
/// <param name="Correction">What the root of the second array is multiplied by.</param>
internal readonly record struct UpdateTerm(Storage Value, Storage Gradient, Storage? First, Storage? Second, float Rate, float Correction);

/// <summary>The formula of an optimizer's step, and its constants.</summary>
internal readonly record struct UpdateRule(UpdateKind Kind)
{
    /// <summary>Share of the parameter that is added to its gradient.</summary>
    public float Decay { get; init; }

    /// <summary>Share of the parameter that is left before the step.</summary>
    public float Keep { get; init; } = 1;

    /// <summary>How much of the first array is kept: momentum or β₁; and the share of the gradient in it.</summary>
    public float First { get; init; }

    /// <inheritdoc cref="First"/>
    public float FirstRest { get; init; }

    /// <summary>How much of the second array is kept: α or β₂; and the share of the squared gradient in it.</summary>
    public float Second { get; init; }

    /// <inheritdoc cref="Second"/>
    public float SecondRest { get; init; }

    /// <summary>ε.</summary>
    public float Epsilon { get; init; }

    /// <summary>Whether a step looks ahead along its direction.</summary>
    public bool Nesterov { get; init; }
}

/// <summary>The optimizers' formulas.</summary>
internal enum UpdateKind
{
    /// <summary>As <see cref="Optimizers.Sgd"/> says; first array: the direction, or none.</summary>
    Sgd,

    /// <summary>As <see cref="Optimizers.Adam"/> and <see cref="Optimizers.AdamW"/> say; arrays: m and v.</summary>
    Adam,

    /// <summary>As <see cref="Optimizers.RmsProp"/> says; arrays: the mean square, and the direction or none.</summary>
    RmsProp,
}
