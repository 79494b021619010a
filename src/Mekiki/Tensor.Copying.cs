using Mekiki.Backends;

namespace Mekiki;

public sealed partial class Tensor
{
    /// <summary>Copies the elements into memory of the caller's, in row-major order, for loops that use the same memory again and again.</summary>
    /// <param name="elements">Receives <see cref="Count"/> elements; what is longer stays as it is.</param>
    /// <exception cref="MekikiException">The elements are no float32, or do not fit.</exception>
    public void CopyTo(Span<float> elements)
    {
        if (elements.Length < Count)
            throw new MekikiException($"CopyTo: expected room for {Count:N0} elements of shape {Shape}, got {elements.Length:N0}. Give a longer span.");
        CopyTo(elements[..Count], 0);
    }

    /// <summary>Copies some of the elements, as many as the span is long.</summary>
    /// <param name="elements">Receives them.</param>
    /// <param name="first">The first of them, counted in row-major order from 0.</param>
    /// <exception cref="MekikiException">The elements are no float32, or there are not so many from <paramref name="first"/> on.</exception>
    public void CopyTo(Span<float> elements, int first)
    {
        CheckType(DType.Float32);
        if (first < 0 || first > Count - elements.Length)
            throw new MekikiException($"CopyTo: expected elements among the {Count:N0} of shape {Shape}, got {elements.Length:N0} from {first:N0} on. Give a shorter span or a smaller first.");
        var data = Held();
        var rows = Layout == Layout.RowMajor ? data.Share() : Backend.Relayout(data, Shape, Layout, Layout.RowMajor);
        Backend.Download(rows, elements, first);
        rows.Release();
        data.Release();
    }
}
