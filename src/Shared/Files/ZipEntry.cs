namespace Mekiki.Files;

/// <summary>One file in a zip, as its central directory describes it.</summary>
internal readonly record struct ZipEntry(string Name, int Flags, int Method, uint Crc, long CompressedLength, long Length, long HeaderOffset)
{
    public bool IsEncrypted => (Flags & 1) != 0;

    public bool IsFolder => Name.EndsWith('/');
}
