namespace Mekiki.Vision.Data;

/// <summary>What was found in a folder, an archive or a list: <see cref="Seen"/> = <see cref="Read"/> + all of <see cref="LeftOut"/>, always.</summary>
/// <param name="Seen">All files, of any kind, also in folders that are passed over. A folder that cannot be looked into counts as one.</param>
/// <param name="Read">The images of the set.</param>
/// <param name="LeftOut">The others by reason, the most frequent first.</param>
/// <param name="Layout">How classes and parts were recognized, a sentence.</param>
public sealed record FoundFiles(int Seen, int Read, IReadOnlyList<LeftOutFiles> LeftOut, string Layout);
