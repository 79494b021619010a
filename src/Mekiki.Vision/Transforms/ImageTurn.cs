namespace Mekiki.Vision.Transforms;

/// <summary>Which image comes, and when: what a transform may ask for that goes by epochs.</summary>
/// <param name="Seed">Of the loader.</param>
/// <param name="Epoch">0 for the first.</param>
/// <param name="Image">Its index in the set.</param>
internal readonly record struct ImageTurn(ulong Seed, ulong Epoch, ulong Image);
