using System.Globalization;

namespace Mekiki.Serving.Models;

/// <summary>The memory that the weights of all models share.</summary>
internal sealed class WeightRoom(int mostMebibytes)
{
    private readonly Lock gate = new();
    private long taken;

    /// <summary>Takes room for a model's weights in place of what it had.</summary>
    /// <param name="name">The model's.</param>
    /// <param name="before">Bytes that it had.</param>
    /// <param name="bytes">Bytes of its weights.</param>
    /// <exception cref="MekikiException">There is too little; it keeps what it had.</exception>
    public void Change(string name, long before, long bytes)
    {
        lock (gate)
        {
            long after = taken - before + bytes;
            if (bytes > before && after > (long)mostMebibytes << 20)
            {
                double mebibytes = (double)after / (1 << 20);
                throw new MekikiException(string.Create(CultureInfo.InvariantCulture, $"Weights: expected at most {mostMebibytes:N0} MiB of all models together, got {mebibytes:N1} with '{name}'. Serve fewer models, or allow more."));
            }

            taken = after;
        }
    }
}
