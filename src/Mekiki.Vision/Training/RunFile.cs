using System.Text;
using Mekiki.Files;

namespace Mekiki.Vision.Training;

/// <summary>Text files in a run's folder.</summary>
internal static class RunFile
{
    /// <summary>Writes a file that appears only when whole.</summary>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public static void Write(string path, string text) => Guard(path, () => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text))));

    /// <summary>Turns what the system says about a full disk or a forbidden folder into a message.</summary>
    public static void Guard(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected to write it, got: {e.Message} Free some space or choose another folder.", e);
        }
    }
}
