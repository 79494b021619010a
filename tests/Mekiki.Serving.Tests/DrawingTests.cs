using Mekiki.Vision;

namespace Mekiki.Serving.Tests;

/// <summary>Characters drawn on the page, each large and small, slanted, off the middle, with a trembling hand and with thin and thick pens, as the built-in recognizer reads them.</summary>
/// <remarks>The strokes are written down by one hand, point by point: few characters, and no proof for people's hands. Figures for these: docs/hiragana.md.</remarks>
public class DrawingTests(Browser browser) : IClassFixture<Browser>
{
    private const int Variants = 8;

    private static readonly (string Character, string Strokes)[] drawings =
    [
        ("あ", ".22 .29 .36 .29 .52 .27 .66 .25 .78 .23|.45 .10 .43 .24 .42 .40 .43 .56 .46 .70 .51 .84|.66 .37 .62 .49 .53 .63 .42 .76 .31 .82 .23 .79 .22 .69 .30 .57 .44 .48 .59 .46 .72 .50 .80 .60 .79 .72 .70 .83 .57 .90"),
        ("い", ".25 .30 .24 .45 .27 .62 .34 .72 .40 .64|.66 .33 .73 .43 .76 .56"),
        ("う", ".38 .16 .50 .19 .60 .24|.30 .42 .45 .35 .60 .36 .67 .46 .64 .62 .55 .76 .42 .88"),
        ("く", ".62 .14 .50 .28 .36 .44 .34 .50 .44 .62 .56 .76 .65 .88"),
        ("こ", ".28 .26 .48 .24 .68 .25 .60 .31|.24 .62 .26 .76 .42 .82 .60 .81 .76 .76"),
        ("し", ".36 .12 .35 .35 .35 .58 .38 .76 .48 .83 .60 .77 .70 .64"),
        ("つ", ".14 .44 .32 .35 .52 .30 .70 .33 .80 .46 .77 .62 .63 .74 .45 .79"),
        ("の", ".54 .26 .50 .44 .42 .62 .32 .72 .22 .66 .19 .50 .27 .33 .43 .23 .62 .24 .78 .36 .81 .54 .73 .70 .58 .80"),
        ("り", ".34 .18 .32 .36 .35 .50 .40 .42|.64 .16 .67 .36 .65 .58 .56 .76 .46 .88"),
        ("ん", ".52 .12 .42 .36 .30 .62 .20 .85 .30 .66 .42 .54 .50 .58 .52 .74 .58 .84 .70 .80 .82 .64"),
    ];

    private readonly List<string> errors = [];

    [Fact]
    public async Task Drawings_AreReadByTheBuiltInRecognizer()
    {
        await using var service = await Service.Start(null, ("hiragana", Recognizer.Load("hiragana")));
        var page = await browser.Open(service, errors);
        string[] read = await page.EvaluateAsync<string[]>("""
            async ([drawings, variants]) => {
              const paper = document.getElementById("paper"), width = document.getElementById("width"), said = document.getElementById("said"), clear = document.getElementById("clear");
              const at = (type, x, y) => { const box = paper.getBoundingClientRect(); paper.dispatchEvent(new PointerEvent(type, { bubbles: true, button: 0, pointerId: 7, clientX: box.left + x * box.width, clientY: box.top + y * box.height })); };
              let seed = 1;
              const random = () => (seed = seed * 48271 % 2147483647) / 2147483647, between = (a, b) => a + (b - a) * random();
              const read = [];
              for (const strokes of drawings)
                for (let v = 0; v < variants; v++) {
                  const scale = between(.3, .95), slant = between(-.2, .2), stretch = between(.8, 1.25), tremble = .012 * scale, left = between(0, 1 - scale), top = between(0, 1 - scale);
                  width.value = Math.round(between(3, 10));
                  for (const stroke of strokes.split("|")) {
                    const numbers = stroke.split(" ").map(Number), points = [];
                    for (let i = 0; i < numbers.length; i += 2)
                      points.push([left + scale * (.5 + (numbers[i] - .5) / stretch - slant * (numbers[i + 1] - .5)) + between(-tremble, tremble), top + scale * numbers[i + 1] + between(-tremble, tremble)]);
                    at("pointerdown", ...points[0]);
                    points.slice(1).forEach(p => at("pointermove", ...p));
                    said.textContent = "";
                    at("pointerup", ...points.at(-1));
                    while (said.textContent === "") await new Promise(r => setTimeout(r, 1));
                  }
                  read.push([...said.textContent][0]);
                  clear.click();
                }
              return read;
            }
            """, new object[] { drawings.Select(d => d.Strokes).ToArray(), Variants });
        var wrong = read.Select((character, i) => (drawings[i / Variants].Character, Read: character)).Where(r => r.Read != r.Character).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine($"{read.Length - wrong.Length} of {read.Length}; {string.Join(", ", wrong.Select(w => $"{w.Character} as {w.Read}"))}");
        Assert.True(wrong.Length <= read.Length / 10, string.Join(", ", wrong.Select(w => $"{w.Character} as {w.Read}")));
        Assert.Empty(errors);
    }
}
