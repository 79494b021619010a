using System.Globalization;
using System.Text;

namespace Mekiki.Architecture.Tests.Drawing;

/// <summary>Fonts and colours of the drawing, for light and for dark pages.</summary>
internal static class Styles
{
    private const string Fixed = """
        :root { color-scheme: light dark; --page: #ffffff; --text: #1f2328; --soft: #59636e; --box: #ffffff;
          --s0: #b35900; --s1: #0a7f6f; --s2: #1c62c4; --s3: #7a3fc4; --s4: #6b6f00; --w0: #c2185b; --w1: #2e7d32; --w2: #3f51b5; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #0d1117; --text: #e6edf3; --soft: #9da7b3; --box: #161b22;
            --s0: #f0a050; --s1: #4fc9b5; --s2: #6cabff; --s3: #c39bff; --s4: #c8cc55; --w0: #ff6f9f; --w1: #6fcf76; --w2: #93a4ff; } }
        text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: var(--text); }
        .page { fill: var(--page); }
        .title { font-size: 26px; font-weight: 700; }
        .caption { font-size: 16px; font-weight: 700; }
        .about { font-size: 13px; fill: var(--soft); }
        .halo { paint-order: stroke; stroke: var(--page); stroke-width: 5px; stroke-linejoin: round; }
        .name { font-size: 13px; font-weight: 600; }
        .small { font-size: 12.5px; }
        .type { font-size: 11px; font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
        .sentence { font-size: 12px; fill: var(--soft); }
        .number { font-size: 11px; font-weight: 700; text-anchor: middle; fill: var(--page); }
        .walk { font-size: 15px; font-weight: 600; }
        .s0 { --own: var(--s0); } .s1 { --own: var(--s1); } .s2 { --own: var(--s2); } .s3 { --own: var(--s3); } .s4 { --own: var(--s4); }
        .w0 { --own: var(--w0); } .w1 { --own: var(--w1); } .w2 { --own: var(--w2); }
        .wing { fill: var(--own); fill-opacity: 0.05; stroke: var(--own); stroke-opacity: 0.55; stroke-width: 1.5; }
        .room { fill: var(--box); stroke: var(--own); stroke-width: 1.2; }
        .circle { stroke-dasharray: 6 4; }
        .line { fill: none; stroke: var(--own); stroke-width: 1.4; stroke-opacity: 0.75; }
        .step { fill: none; stroke: var(--own); stroke-width: 2; }
        .hand { stroke-dasharray: 4 3; }
        .head { fill: var(--own); stroke: none; }
        .badge, .walk { fill: var(--own); }
        .badge { stroke: var(--page); stroke-width: 2; }

        """;

    /// <summary>The style sheet.</summary>
    /// <param name="rooms">How many rooms there are; pointing at one shows its lines.</param>
    public static string Of(int rooms)
    {
        var text = new StringBuilder(Fixed);
        for (int i = 0; i < rooms; i++)
            text.Append(CultureInfo.InvariantCulture, $"svg:has(#r{i}:hover) .l{i} {{ stroke-width: 3; stroke-opacity: 1; }}\n");
        return text.ToString();
    }
}
