using System.Net;

namespace Mekiki.Workbench.Pictures;

/// <summary>A text in English and in Japanese; of both a page shows the one that its reader chose.</summary>
/// <param name="English">In English.</param>
/// <param name="Japanese">In Japanese; null: the same in both.</param>
public readonly record struct Words(string English, string? Japanese)
{
    /// <summary>The same in both languages, such as a number or a name.</summary>
    public static implicit operator Words(string text) => new(text, null);

    /// <summary>English, Japanese.</summary>
    public static implicit operator Words((string English, string Japanese) text) => new(text.English, text.Japanese);

    /// <summary>Both, for those who hear a page.</summary>
    public override string ToString() => Japanese is null ? English : $"{English} / {Japanese}";

    /// <summary>An HTML or SVG element for each language.</summary>
    /// <param name="tag">The element's name.</param>
    /// <param name="attributes">Its attributes.</param>
    internal string In(string tag, string attributes = "")
    {
        string space = attributes.Length > 0 ? " " : "";
        return Japanese is null
            ? $"<{tag}{space}{attributes}>{WebUtility.HtmlEncode(English)}</{tag}>"
            : $"<{tag} lang=\"en\"{space}{attributes}>{WebUtility.HtmlEncode(English)}</{tag}><{tag} lang=\"ja\"{space}{attributes}>{WebUtility.HtmlEncode(Japanese)}</{tag}>";
    }
}
