using Mekiki.Serving.Http;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Routes;

/// <summary>The page and what it is made of, all inside this assembly.</summary>
internal sealed class PageRoutes
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static readonly (string Extension, string Type)[] types = [(".html", "text/html; charset=utf-8"), (".css", "text/css; charset=utf-8"), (".js", "text/javascript; charset=utf-8"), (".svg", "image/svg+xml"), (".json", "application/json; charset=utf-8")];

    /// <summary>Answers with a file of the page.</summary>
    /// <param name="file">Its name.</param>
    public static Func<HttpContext, CancellationToken, Task> File(string file)
    {
        byte[] bytes = Read(file);
        string type = types.First(t => file.EndsWith(t.Extension, StringComparison.Ordinal)).Type;
        return (context, _) =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            context.Response.Headers.CacheControl = "no-cache";
            return Reply.Bytes(context, bytes, type);
        };
    }

    /// <summary>The files of the page, by name.</summary>
    public static IEnumerable<string> Files => typeof(PageRoutes).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal)).Select(n => n[Folder.Length..]);

    private const string Folder = "page/";

    private static byte[] Read(string file)
    {
        using var stream = typeof(PageRoutes).Assembly.GetManifestResourceStream(Folder + file)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
