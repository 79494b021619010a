using System.Text;
using Mekiki.Files;

namespace Mekiki.Cli.Parsing;

/// <summary>Class names in a text file, one a line.</summary>
internal static class ClassNames
{
    private const int LongestFile = 16 << 20;

    /// <summary>Reads the names; spaces around them and empty lines at the end do not count.</summary>
    /// <param name="path">A text file in UTF-8.</param>
    /// <exception cref="MekikiException">It is not there, is empty, or has an empty line or a name twice.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        string[] lines = Text(path).TrimEnd().Split('\n');
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = lines[i].Trim();
            if (lines[i].Length == 0)
                throw new MekikiException($"{path}: expected a class name in line {i + 1}, got none. Write one name a line.");
            if (!seen.TryAdd(lines[i], i))
                throw new MekikiException($"{path}: expected every class once, got '{FileText.Short(lines[i])}' in lines {seen[lines[i]] + 1} and {i + 1}. Name every class once.");
        }

        return lines;
    }

    private static string Text(string path)
    {
        try
        {
            long length = new FileInfo(path).Length;
            if (length > LongestFile)
                throw new MekikiException($"{path}: expected class names, one a line, got {length:N0} bytes. Give a text file.");
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            throw new MekikiException($"{path}: expected class names in UTF-8, one a line, got other bytes. Save the file as UTF-8.", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MekikiException($"{path}: expected a text file with a class name in each line, got no such file. Check the path.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new MekikiException($"{path}: expected a text file with a class name in each line, got \"{e.Message}\". Check the path and its permissions.", e);
        }
    }
}
