using Mekiki.Backends;

namespace Mekiki;

public sealed partial class Tensor
{
    /// <summary>Copies the elements into memory of the caller's, in row-major order, for loops that use the same memory again and again.</summary>
    /// <param name="elements">Receives <see cref="Count"/> elements; what is longer stays as it is.</param>
    /// <exception cref="MekikiException">The elements are no float32, or do not fit.</exception>
    public void CopyTo(Span<float> elements)
    {
        CheckType(DType.Float32);
        if (elements.Length < Count)
            throw new MekikiException($"CopyTo: expected room for {Count:N0} elements of shape {Shape}, got {elements.Length:N0}. Give a longer span.");
        var data = Held();
        var rows = Layout == Layout.RowMajor ? data.Share() : Backend.Relayout(data, Shape, Layout, Layout.RowMajor);
        Backend.Download(rows, elements[..Count]);
        rows.Release();
        data.Release();
    }
}
