using System.Buffers;
using System.Text;

namespace Mekiki;

/// <summary>Names in one form: a letter and its mark as the one character that stands for both (Unicode's form NFC).</summary>
/// <remarks>
/// macOS' archives write é as two characters, Linux and Windows as one. The runtime composes by tables of the system, which are absent
/// where programs are culture-invariant, as Mekiki is; so the pairs stand here: all canonical ones of the first plane (Unicode 15), and
/// Hangul by its formula (The Unicode Standard, section 3.12). Differs from the standard: marks are not put into another order.
/// </remarks>
internal static class ComposedName
{
    private const int Leads = 0x1100, Vowels = 0x1161, Tails = 0x11A7, Syllables = 0xAC00, VowelCount = 21, TailCount = 28, LeadCount = 19;

    // Of each mark, letters without it, each before the same one with it.
    private static readonly (string Mark, string Pairs)[] table =
    [
        ("\u0300", "AÀEÈIÌOÒUÙaàeèiìoòuùÜǛüǜNǸnǹЕЀИЍеѐиѝĒḔēḕŌṐōṑWẀwẁÂẦâầĂẰăằÊỀêềÔỒôồƠỜơờƯỪưừYỲyỳἀἂἁἃἈἊἉἋἐἒἑἓἘἚἙἛἠἢἡἣἨἪἩἫἰἲἱἳἸἺἹἻὀὂὁὃὈὊὉὋὐὒὑὓὙὛὠὢὡὣὨὪὩὫαὰεὲηὴιὶοὸυὺωὼΑᾺΕῈΗῊ᾿῍ϊῒΙῚ῾῝ϋῢΥῪ¨῭ΟῸΩῺ"),
        ("\u0301", "AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýCĆcćLĹlĺNŃnńRŔrŕSŚsśZŹzźÜǗüǘGǴgǵÅǺåǻÆǼæǽØǾøǿ¨΅ΑΆΕΈΗΉΙΊΟΌΥΎΩΏϊΐαάεέηήιίϋΰοόυύωώϒϓГЃКЌгѓкќÇḈçḉĒḖēḗÏḮïḯKḰkḱMḾmḿÕṌõṍŌṒōṓPṔpṕŨṸũṹWẂwẃÂẤâấĂẮăắÊẾêếÔỐôốƠỚơớƯỨưứἀἄἁἅἈἌἉἍἐἔἑἕἘἜἙἝἠἤἡἥἨἬἩἭἰἴἱἵἸἼἹἽὀὄὁὅὈὌὉὍὐὔὑὕὙὝὠὤὡὥὨὬὩὭ᾿῎῾῞"),
        ("\u0302", "AÂEÊIÎOÔUÛaâeêiîoôuûCĈcĉGĜgĝHĤhĥJĴjĵSŜsŝWŴwŵYŶyŷZẐzẑẠẬạậẸỆẹệỌỘọộ"),
        ("\u0303", "AÃNÑOÕaãnñoõIĨiĩUŨuũVṼvṽÂẪâẫĂẴăẵEẼeẽÊỄêễÔỖôỗƠỠơỡƯỮưữYỸyỹ"),
        ("\u0304", "AĀaāEĒeēIĪiīOŌoōUŪuūÜǕüǖÄǞäǟȦǠȧǡÆǢæǣǪǬǫǭÖȪöȫÕȬõȭȮȰȯȱYȲyȳИӢиӣУӮуӯGḠgḡḶḸḷḹṚṜṛṝαᾱΑᾹιῑΙῙυῡΥῩ"),
        ("\u0306", "AĂaăEĔeĕGĞgğIĬiĭOŎoŏUŬuŭУЎИЙийуўЖӁжӂАӐаӑЕӖеӗȨḜȩḝẠẶạặαᾰΑᾸιῐΙῘυῠΥῨ"),
        ("\u0307", "CĊcċEĖeėGĠgġIİZŻzżAȦaȧOȮoȯBḂbḃDḊdḋFḞfḟHḢhḣMṀmṁNṄnṅPṖpṗRṘrṙSṠsṡŚṤśṥŠṦšṧṢṨṣṩTṪtṫWẆwẇXẊxẋYẎyẏſẛ"),
        ("\u0308", "AÄEËIÏOÖUÜaäeëiïoöuüyÿYŸΙΪΥΫιϊυϋϒϔЕЁІЇеёіїАӒаӓӘӚәӛЖӜжӝЗӞзӟИӤиӥОӦоӧӨӪөӫЭӬэӭУӰуӱЧӴчӵЫӸыӹHḦhḧÕṎõṏŪṺūṻWẄwẅXẌxẍtẗ"),
        ("\u0309", "AẢaảÂẨâẩĂẲăẳEẺeẻÊỂêểIỈiỉOỎoỏÔỔôổƠỞơởUỦuủƯỬưửYỶyỷ"),
        ("\u030A", "AÅaåUŮuůwẘyẙ"),
        ("\u030B", "OŐoőUŰuűУӲуӳ"),
        ("\u030C", "CČcčDĎdďEĚeěLĽlľNŇnňRŘrřSŠsšTŤtťZŽzžAǍaǎIǏiǐOǑoǒUǓuǔÜǙüǚGǦgǧKǨkǩƷǮʒǯjǰHȞhȟ"),
        ("\u030F", "AȀaȁEȄeȅIȈiȉOȌoȍRȐrȑUȔuȕѴѶѵѷ"),
        ("\u0311", "AȂaȃEȆeȇIȊiȋOȎoȏRȒrȓUȖuȗ"),
        ("\u0313", "αἀΑἈεἐΕἘηἠΗἨιἰΙἸοὀΟὈυὐωὠΩὨρῤ"),
        ("\u0314", "αἁΑἉεἑΕἙηἡΗἩιἱΙἹοὁΟὉυὑΥὙωὡΩὩρῥΡῬ"),
        ("\u031B", "OƠoơUƯuư"),
        ("\u0323", "BḄbḅDḌdḍHḤhḥKḲkḳLḶlḷMṂmṃNṆnṇRṚrṛSṢsṣTṬtṭVṾvṿWẈwẉZẒzẓAẠaạEẸeẹIỊiịOỌoọƠỢơợUỤuụƯỰưựYỴyỵ"),
        ("\u0324", "UṲuṳ"),
        ("\u0325", "AḀaḁ"),
        ("\u0326", "SȘsșTȚtț"),
        ("\u0327", "CÇcçGĢgģKĶkķLĻlļNŅnņRŖrŗSŞsşTŢtţEȨeȩDḐdḑHḨhḩ"),
        ("\u0328", "AĄaąEĘeęIĮiįUŲuųOǪoǫ"),
        ("\u032D", "DḒdḓEḘeḙLḼlḽNṊnṋTṰtṱUṶuṷ"),
        ("\u032E", "HḪhḫ"),
        ("\u0330", "EḚeḛIḬiḭUṴuṵ"),
        ("\u0331", "BḆbḇDḎdḏKḴkḵLḺlḻNṈnṉRṞrṟTṮtṯZẔzẕhẖ"),
        ("\u0338", "←↚→↛↔↮⇐⇍⇔⇎⇒⇏∃∄∈∉∋∌∣∤∥∦∼≁≃≄≅≇≈≉=≠≡≢≍≭<≮>≯≤≰≥≱≲≴≳≵≶≸≷≹≺⊀≻⊁⊂⊄⊃⊅⊆⊈⊇⊉⊢⊬⊨⊭⊩⊮⊫⊯≼⋠≽⋡⊑⋢⊒⋣⊲⋪⊳⋫⊴⋬⊵⋭"),
        ("\u0342", "ἀἆἁἇἈἎἉἏἠἦἡἧἨἮἩἯἰἶἱἷἸἾἹἿὐὖὑὗὙὟὠὦὡὧὨὮὩὯαᾶ¨῁ηῆ᾿῏ιῖϊῗ῾῟υῦϋῧωῶ"),
        ("\u0345", "ἀᾀἁᾁἂᾂἃᾃἄᾄἅᾅἆᾆἇᾇἈᾈἉᾉἊᾊἋᾋἌᾌἍᾍἎᾎἏᾏἠᾐἡᾑἢᾒἣᾓἤᾔἥᾕἦᾖἧᾗἨᾘἩᾙἪᾚἫᾛἬᾜἭᾝἮᾞἯᾟὠᾠὡᾡὢᾢὣᾣὤᾤὥᾥὦᾦὧᾧὨᾨὩᾩὪᾪὫᾫὬᾬὭᾭὮᾮὯᾯὰᾲαᾳάᾴᾶᾷΑᾼὴῂηῃήῄῆῇΗῌὼῲωῳώῴῶῷΩῼ"),
        ("\u0653", "اآ"),
        ("\u0654", "اأوؤيئەۀہۂےۓ"),
        ("\u0655", "اإ"),
        ("\u093C", "नऩरऱळऴ"),
        ("\u09BE", "\u09C7\u09CB"),
        ("\u09D7", "\u09C7\u09CC"),
        ("\u0B3E", "\u0B47\u0B4B"),
        ("\u0B56", "\u0B47\u0B48"),
        ("\u0B57", "\u0B47\u0B4C"),
        ("\u0BBE", "\u0BC6\u0BCA\u0BC7\u0BCB"),
        ("\u0BD7", "ஒஔ\u0BC6\u0BCC"),
        ("\u0C56", "\u0C46\u0C48"),
        ("\u0CC2", "\u0CC6\u0CCA"),
        ("\u0CD5", "\u0CBF\u0CC0\u0CC6\u0CC7\u0CCA\u0CCB"),
        ("\u0CD6", "\u0CC6\u0CC8"),
        ("\u0D3E", "\u0D46\u0D4A\u0D47\u0D4B"),
        ("\u0D57", "\u0D46\u0D4C"),
        ("\u0DCA", "\u0DD9\u0DDA\u0DDC\u0DDD"),
        ("\u0DCF", "\u0DD9\u0DDC"),
        ("\u0DDF", "\u0DD9\u0DDE"),
        ("\u102E", "ဥဦ"),
        ("\u1B35", "ᬅᬆᬇᬈᬉᬊᬋᬌᬍᬎᬑᬒ\u1B3A\u1B3B\u1B3C\u1B3D\u1B3E\u1B40\u1B3F\u1B41\u1B42\u1B43"),
        ("\u3099", "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼうゔゝゞカガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴワヷヰヸヱヹヲヺヽヾ"),
        ("\u309A", "はぱひぴふぷへぺほぽハパヒピフプヘペホポ"),
    ];

    // Made when a name needs them: most sets have none.
    private static SearchValues<char> Joining => field ??= SearchValues.Create([.. table.Select(t => t.Mark[0]), .. Enumerable.Range(Vowels, 0x11C3 - Vowels).Select(c => (char)c)]);

    private static Dictionary<(char, char), char> Composed => field ??= table.SelectMany(t => t.Pairs.Chunk(2).Select(p => (Key: (p[0], t.Mark[0]), Value: p[1]))).ToDictionary(p => p.Key, p => p.Value);

    /// <summary>The name in that form; the very same one if there is nothing to compose.</summary>
    public static string Of(string name)
    {
        if (Ascii.IsValid(name) || !name.AsSpan().ContainsAny(Joining))
            return name;
        var text = new StringBuilder(name.Length);
        foreach (char c in name)
            if (text.Length > 0 && Pair(text[^1], c) is { } one)
                text[^1] = one;
            else
                text.Append(c);
        return text.ToString();
    }

    private static char? Pair(char first, char second)
    {
        if (Composed.TryGetValue((first, second), out char one))
            return one;
        if (first is >= (char)Leads and < (char)(Leads + LeadCount) && second is >= (char)Vowels and < (char)(Vowels + VowelCount))
            return (char)(Syllables + ((first - Leads) * VowelCount + second - Vowels) * TailCount);
        bool isOpen = first is >= (char)Syllables and < (char)(Syllables + LeadCount * VowelCount * TailCount) && (first - Syllables) % TailCount == 0;
        return isOpen && second is > (char)Tails and < (char)(Tails + TailCount) ? (char)(first + second - Tails) : null;
    }
}
