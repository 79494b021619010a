using System.Globalization;
using System.Text;
using Mekiki.Files;
using Mekiki.Serving.Http;
using Mekiki.Serving.Options;
using Mekiki.Vision.Images;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Routes;

/// <summary><c>POST /corrections?model=NAME&amp;label=CLASS&amp;answer=CLASS</c>: keeps an image in the folder of its right class, as training takes it.</summary>
/// <remarks>The file is named by its sha256, so that the same image is kept once; <c>corrections.csv</c> beside the folders says what was answered.</remarks>
internal sealed class CorrectionRoute(Recognition recognition, Uploads uploads, ServingOptions options)
{
    private const long MostBytes = 4L << 30;

    private readonly Lock gate = new();
    private long kept = -1;
    private HashSet<string>? listed;

    public async Task Answer(HttpContext context, CancellationToken cancellation)
    {
        string folder = options.Corrections!, name = Query.Text(context.Request.Query, "model") ?? "", label = Query.Text(context.Request.Query, "label") ?? "";
        context.Request.RouteValues["name"] = name;
        var (_, loaded) = recognition.Find(context);
        if (loaded.Recognizer.Card.IsMultiLabel)
            throw new ProblemException(StatusCodes.Status400BadRequest, $"model: expected one that tells one class, got '{name}', which tells any number of labels: folders of classes cannot hold them. Keep a CSV file with a column 'labels'.");
        if (!loaded.Recognizer.Classes.Contains(label))
            throw new ProblemException(StatusCodes.Status400BadRequest, $"label: expected one of the {loaded.Recognizer.Classes.Count:N0} classes of '{name}', got '{Printed.Short(label)}'.");
        using var body = await uploads.Read(context, cancellation).ConfigureAwait(false);
        // Only what is an image is kept: it is decoded to its end.
        _ = loaded.Recognizer.TryPrepare(ImageInput.FromBytes(body.Memory), new float[loaded.InputLength], out string? error);
        if (error is not null)
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, $"image: {error}.");
        string answer = Query.Text(context.Request.Query, "answer") ?? "", hash = Sha256(body.Span);
        string file = Path.Combine(FolderOf(label), $"{hash}.{Extension(body.Span)}");
        lock (gate)
            Keep(folder, file, body.Memory, $"{file.Replace('\\', '/')},{hash},{Cell(label)},{Cell(loaded.Recognizer.Classes.Contains(answer) ? answer : "")},{Cell(name)},{DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}\n");
        await Reply.Json(context, new Kept(file.Replace('\\', '/'), hash), AnswerJson.Readable.Kept, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private void Keep(string folder, string file, ReadOnlyMemory<byte> image, string row)
    {
        string path = Path.Combine(folder, file), list = Path.Combine(folder, "corrections.csv");
        // A service that was killed may have left an image without its row.
        listed ??= File.Exists(list) ? [.. File.ReadLines(list).Select(row => row.Split(',')[0])] : [];
        if (File.Exists(path) && listed.Contains(file.Replace('\\', '/')))
            return;
        if (kept < 0)
            kept = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        if (kept + image.Length > MostBytes)
            throw new ProblemException(StatusCodes.Status507InsufficientStorage, $"Corrections: expected at most {MostBytes >> 30:N0} GiB in the folder, got more. Take away what was used.");
        try
        {
            OutputFile.MakeFolder(Path.GetDirectoryName(path)!);
            OutputFile.Write(path, stream => stream.Write(image.Span));
            listed.Add(file.Replace('\\', '/'));
            File.AppendAllText(list, File.Exists(list) ? row : "image,sha256,label,answer,model,time\n" + row);
        }
        catch (Exception e) when (e is MekikiException or IOException or UnauthorizedAccessException)
        {
            throw new ProblemException(StatusCodes.Status507InsufficientStorage, $"Corrections: {e.Message}");
        }

        kept += image.Length;
    }

    // A class may be named like no folder can be: then by its code points, which training reads back as characters.
    private static string FolderOf(string label) => label.Length > 0 && label.All(char.IsLetterOrDigit) && label.EnumerateRunes().Any(r => r.Value < 0x80)
        ? label
        : label.EnumerateRunes().Count() == 1 ? $"U{label.EnumerateRunes().Single().Value:X4}" : Safe(label);

    private static string Safe(string label)
    {
        var name = new StringBuilder();
        foreach (char c in label)
            name.Append(char.IsLetterOrDigit(c) || c is '-' or '_' or ' ' ? c : '_');
        return name.ToString().Trim() is { Length: > 0 } safe ? safe : "_";
    }

    private static string Cell(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Extension(ReadOnlySpan<byte> image) => image switch
    {
        [0x89, (byte)'P', ..] => "png",
        [0xFF, 0xD8, ..] => "jpg",
        [(byte)'G', (byte)'I', (byte)'F', ..] => "gif",
        [(byte)'B', (byte)'M', ..] => "bmp",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] => "webp",
        _ => "tif",
    };

    private static string Sha256(ReadOnlySpan<byte> bytes)
    {
        var hash = new PlainSha256();
        hash.Append(bytes);
        byte[] digest = new byte[32];
        hash.Finish(digest);
        return Convert.ToHexStringLower(digest);
    }
}
