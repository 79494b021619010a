namespace Mekiki.Workbench.Pictures;

/// <summary>The style sheet of all pictures, which a page puts beside its own; it takes the page's colours.</summary>
public static class PictureStyle
{
    /// <summary>CSS. It uses the page's <c>--ink</c>, <c>--soft</c>, <c>--line</c>, <c>--accent</c>, <c>--second</c>, <c>--third</c>, <c>--bar</c> and <c>--bad</c>.</summary>
    public static string Css { get; } = Read();

    private static string Read()
    {
        using var reader = new StreamReader(typeof(PictureStyle).Assembly.GetManifestResourceStream("pictures/pictures.css")!);
        return reader.ReadToEnd();
    }
}
