namespace Mekiki.Workbench.Pictures;

/// <summary>Something to look at on a page.</summary>
public interface IPicture
{
    /// <summary>The picture as a piece of HTML that needs no other file; its colours come from the page's style, see <see cref="PictureStyle"/>.</summary>
    string ToHtml();
}
