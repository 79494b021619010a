namespace Mekiki.Vision.Images;

/// <summary>One image file cannot be read; its message is the reason that the user sees beside the name.</summary>
internal sealed class UnreadableImageException(string reason) : Exception(reason);
