using System.Text;

namespace Mekiki.Files;

/// <summary>A CSV file, read record by record: memory is taken for one of them, whatever the file's size.</summary>
internal static class CsvFile
{
    private static readonly UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The records, each with the number of its first line.</summary>
    /// <param name="path">The file, in UTF-8.</param>
    /// <param name="expected">What it should be, for messages.</param>
    /// <param name="advice">What to do if it cannot be read, a sentence.</param>
    /// <param name="separator">What stands between fields.</param>
    /// <param name="isStrict">Whether bytes that are no UTF-8 are refused, instead of being replaced.</param>
    /// <exception cref="MekikiException">It cannot be read, or has a field or a record that is too long.</exception>
    public static IEnumerable<(int Line, string[] Fields)> Read(string path, string expected, string advice = "Check the path.", char separator = ',', bool isStrict = false)
    {
        using var reader = Guarded(path, expected, advice, () => new StreamReader(path, isStrict ? strict : Encoding.UTF8));
        using var records = CsvRecords.Of(reader, separator).GetEnumerator();
        while (Guarded(path, expected, advice, records.MoveNext))
            yield return records.Current;
    }

    private static T Guarded<T>(string path, string expected, string advice, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DecoderFallbackException e)
        {
            throw new MekikiException($"{path}: expected {expected} in UTF-8, got other bytes. Save it in UTF-8.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new MekikiException($"{path}: expected {expected}, got: {e.Message} {advice}", e);
        }
    }
}
