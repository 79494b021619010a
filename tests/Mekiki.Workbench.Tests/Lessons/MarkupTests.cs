using Mekiki.Workbench.Lessons;

namespace Mekiki.Workbench.Tests.Lessons;

public class MarkupTests
{
    [Theory]
    [InlineData("One\ntwo.", "<p>One two.</p>")]
    [InlineData("一つ、\n二つ。", "<p>一つ、二つ。</p>")]
    [InlineData("## A <b>", "<h2>A &lt;b&gt;</h2>")]
    [InlineData("- a\n  b\n- c", "<ul><li>a b</li><li>c</li></ul>")]
    [InlineData("1. a\n2. **c**", "<ol><li>a</li><li><strong>c</strong></li></ol>")]
    [InlineData("    y = ax\n    z", "<p class=\"formula\">y = ax<br>z</p>")]
    [InlineData("See [this](a.html), `x < y`.", "<p>See <a href=\"a.html\">this</a>, <code>x &lt; y</code>.</p>")]
    public void Html_IsOfItsForm(string text, string html) => Assert.Equal(html, Markup.ToHtml(text));

    [Fact]
    public void Code_HasColours_AndNothingIsLost()
    {
        string html = CodeColours.ToHtml("if (x < 1.5f) return \"a // b\"; // done");
        Assert.Equal("<span class=\"k\">if</span> (x &lt; <span class=\"n\">1.5f</span>) <span class=\"k\">return</span> <span class=\"t\">&quot;a // b&quot;</span>; <span class=\"c\">// done</span>", html);
    }
}
