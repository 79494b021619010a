using System.Globalization;
using System.Net;
using System.Text;

namespace Mekiki.Workbench.Pictures;

/// <summary>Which class was predicted for which: a row for each class, a column for each prediction; the darker, the more.</summary>
/// <param name="classes">K names.</param>
/// <param name="counts">(K, K): of class r, how often c was predicted.</param>
public sealed class Matrix(IReadOnlyList<string> classes, int[,] counts) : IPicture
{
    private const int Cell = 9, Margin = 22;

    /// <inheritdoc/>
    public string ToHtml()
    {
        int k = classes.Count, size = Margin + k * Cell + 4;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg class=\"chart matrix-picture\" role=\"img\" aria-label=\"confusion matrix / 混同行列\" viewBox=\"0 0 {size} {size}\">");
        for (int r = 0; r < k; r++)
        {
            string name = WebUtility.HtmlEncode(classes[r]);
            int middle = Margin + r * Cell + Cell / 2;
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Margin - 4}\" y=\"{middle + 3}\" text-anchor=\"end\">{name}</text><text x=\"{middle}\" y=\"{Margin - 6}\" text-anchor=\"middle\">{name}</text>");
            int all = 0;
            for (int c = 0; c < k; c++)
                all += counts[r, c];
            for (int c = 0; c < k; c++)
                if (counts[r, c] > 0)
                    svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"cell{(r == c ? "" : " off")}\" x=\"{Margin + c * Cell}\" y=\"{Margin + r * Cell}\" width=\"{Cell - 1}\" height=\"{Cell - 1}\" fill-opacity=\"{Math.Max(r == c ? 0.1 : 0.55, (double)counts[r, c] / all):0.##}\"><title>{name} → {WebUtility.HtmlEncode(classes[c])}: {counts[r, c]} / {all}</title></rect>");
        }

        return svg.Append("</svg>").ToString();
    }
}
