namespace Mekiki.Workbench.Reports;

/// <summary>The texts of a report in one language.</summary>
internal sealed class ReportWords(string language)
{
    /// <summary>The languages that it has.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["en", "ja"];

    /// <summary>All texts: English, Japanese.</summary>
    public static IReadOnlyDictionary<string, (string En, string Ja)> All { get; } = new Dictionary<string, (string, string)>
    {
        ["title"] = ("Report", "評価報告"),
        ["contents"] = ("Contents", "目次"),
        ["what"] = ("What it is", "モデルの概要"),
        ["verdict"] = ("In three sentences", "三行でいうと"),
        ["figures"] = ("Figures", "評価値"),
        ["curves"] = ("Learning", "学習の経過"),
        ["confusion"] = ("What is confused with what", "何と何を取り違えるか"),
        ["mistakes"] = ("Mistakes", "誤り"),
        ["calibration"] = ("Can the probabilities be believed?", "確率は信用できるか"),
        ["review"] = ("How many answers must a person look at?", "人が見直すべき枚数"),
        ["unknown"] = ("Does it notice what it does not know?", "未知のものに気づくか"),
        ["slices"] = ("Where it is better and worse", "得意な画像と苦手な画像"),
        ["classes"] = ("Class by class", "クラス別"),
        ["compare"] = ("Against another model", "他のモデルとの比較"),
        ["data"] = ("The data", "データ"),
        ["reproduce"] = ("How to make it again", "再現の方法"),
        ["requirements"] = ("Requirements", "要件"),
        ["desk"] = ("Label desk", "ラベルの確認"),

        ["number of classes"] = ("{0} classes", "{0} クラス"),
        ["model"] = ("Network", "ネットワーク"),
        ["file"] = ("File", "ファイル"),
        ["trained on"] = ("Trained on", "学習データ"),
        ["tested on"] = ("Tested on", "評価データ"),
        ["licence"] = ("Licence of the data", "データの利用条件"),
        ["preprocessing"] = ("Preprocessing", "前処理"),
        ["options"] = ("Training options", "学習の設定"),
        ["seed"] = ("Seed", "乱数の種"),
        ["version"] = ("Mekiki", "Mekiki の版"),
        ["machine"] = ("Machine", "計算機"),
        ["weights"] = ("Weights, sha256", "重みの sha256"),
        ["use"] = ("Intended use", "想定する用途"),
        ["use text"] = ("It puts images of the kind that it was tested on into the classes below. On images of other kinds the figures do not hold: test it on labelled images of your own before you rely on it.", "評価に用いたものと同種の画像を、下記のクラスに分類します。別の種類の画像ではこの評価値は成り立ちません。使う前に、手元の正解付き画像で評価してください。"),
        ["unknown text"] = ("not told", "記載なし"),
        ["limits"] = ("Limits", "限界"),
        ["limits text"] = ("It always answers with one of its classes, unless it is asked to say unknown. An interval tells what chance does to a figure; it does not tell of images that are different in kind.", "「未知」と答える設定にしないかぎり、必ずいずれかのクラスを答えます。区間は偶然による揺れを示すもので、種類の異なる画像については何も保証しません。"),

        ["figure"] = ("Figure", "指標"),
        ["value"] = ("Value", "値"),
        ["interval"] = ("95 % interval", "95 % 区間"),
        ["accuracy"] = ("Accuracy, by image", "正解率（画像単位）"),
        ["accuracy_by_group"] = ("Accuracy, by group", "正解率（まとまり単位）"),
        ["balanced"] = ("Balanced accuracy", "クラス平均正解率"),
        ["top5"] = ("Right among the best five", "上位5位正解率"),
        ["macro_f1"] = ("Macro F1", "マクロ F1"),
        ["weighted_f1"] = ("Weighted F1", "重み付き F1"),
        ["kappa"] = ("Cohen's kappa", "コーエンの κ"),
        ["loss"] = ("Negative log-likelihood", "負の対数尤度"),
        ["brier"] = ("Brier score", "ブライアスコア"),
        ["ece"] = ("Calibration error (15 equal bins)", "較正誤差（等幅15区間）"),
        ["ece_equal_mass"] = ("Calibration error (15 bins of equally many)", "較正誤差（等数15区間）"),
        ["aurc"] = ("AURC", "AURC"),
        ["augrc"] = ("AUGRC", "AUGRC"),
        ["error_auroc"] = ("Right before wrong (AUROC)", "正誤の分離（AUROC）"),
        ["by image note"] = ("Images are taken as independent; no groups were given.", "各画像を独立とみなしています（まとまりの指定なし）。"),
        ["by group note"] = ("Images are in {0} groups ({1}). Images of one group are alike, so the interval by group is the one to believe for new groups.", "画像は {0} 個のまとまり（{1}）に分かれます。同じまとまりの画像は似ているため、新しいまとまりに対してはまとまり単位の区間を参照してください。"),

        ["epoch"] = ("epoch", "エポック"),
        ["errors"] = ("share of errors", "誤りの割合"),
        ["train"] = ("training", "学習"),
        ["validation"] = ("validation", "検証"),
        ["test"] = ("test", "評価"),
        ["learning curves"] = ("Share of errors after each epoch", "エポックごとの誤りの割合"),
        ["no curves"] = ("A model file does not hold the log of its training.", "モデルファイルには学習の記録が含まれません。"),

        ["confusion help"] = ("A row is a class, a column what is predicted. Arrow keys move, Enter shows the images of a cell.", "行が正解のクラス、列が予測です。矢印キーで移動し、Enter でそのセルの画像を表示します。"),
        ["counts"] = ("counts", "枚数"),
        ["normalized"] = ("share of the row", "行に対する割合"),
        ["diagonal"] = ("show right answers too", "正解も表示"),
        ["similar order"] = ("similar classes side by side", "似たクラスを隣に"),
        ["class"] = ("Class", "クラス"),
        ["predicted"] = ("Predicted", "予測"),
        ["images"] = ("images", "枚"),
        ["most confused"] = ("Most confused", "取り違えの多い組"),
        ["show"] = ("Show", "表示"),

        ["mistakes help"] = ("The most confident mistakes first: where the model is sure and wrong, the label itself may be wrong.", "確信度の高い誤りから順に並びます。確信をもって間違えている場合、ラベルの側が誤っていることもあります。"),
        ["no mistakes"] = ("There is no mistake.", "誤りはありません。"),
        ["not shown"] = ("{0} more are in the list of answers (mekiki test --answers).", "ほかに {0} 枚あります（mekiki test --answers で一覧を出力できます）。"),
        ["own probability"] = ("own class", "正解の確率"),
        ["similar own"] = ("Like it, of its own class", "正解クラスの似た画像"),
        ["similar predicted"] = ("Like it, of the predicted class", "予測クラスの似た画像"),
        ["similar note"] = ("Below each mistake stand the training images that resemble it most by the features of the last layer, of {0} that were looked at.", "各画像の下には、学習画像 {0} 枚のうち最終層の特徴が最も近いものを示します。"),

        ["explanation"] = ("Why", "根拠"),
        ["explanation note"] = ("Beside the first {0} mistakes stands why: orange pixels speak for the prediction, blue ones for the image's own class (occlusion).", "最初の {0} 件には根拠を並べます：橙の画素は予測を、青の画素は正解クラスを支持します（遮蔽法）。"),

        ["desk help"] = ("Judge the labels with the mouse or the keys: K keep, R relabel, X leave out, arrow keys go on. The decisions are kept in this browser; save them as a file for mekiki train --labels.", "マウスまたはキーで判定します：K そのまま、R 付け替え、X 除外、矢印キーで移動。判定はこのブラウザに保存されます。ファイルに保存すると mekiki train --labels で使えます。"),
        ["keep"] = ("Keep", "そのまま"),
        ["relabel"] = ("Relabel", "付け替え"),
        ["leave out"] = ("Leave out", "除外"),
        ["save decisions"] = ("Save the decisions as CSV", "判定を CSV で保存"),
        ["clear decisions"] = ("Forget all decisions", "判定をすべて消去"),
        ["decided"] = ("{0} of {1} judged", "{1} 件中 {0} 件を判定済み"),
        ["undecided"] = ("not judged", "未判定"),

        ["reliability"] = ("How many answers are right, by their probability", "確率ごとの正解の割合"),
        ["probability"] = ("probability", "確率"),
        ["right"] = ("share that is right", "正解の割合"),
        ["calibrated"] = ("A temperature of {0} was fitted to {1} held-out images.", "学習に用いていない {1} 枚の画像から温度 {0} を定めました。"),
        ["not calibrated"] = ("The model was not calibrated: train with --validation 0.1, or run mekiki calibrate.", "較正していません。--validation 0.1 を付けて学習するか、mekiki calibrate を実行してください。"),
        ["reliability help"] = ("Bars on the dashed line: the printed probability means what it says. Whiskers are 95 % intervals; where there are no images nothing is drawn.", "棒が破線に沿うほど、表示される確率は実際の正解率を表します。ひげは 95 % 区間です。画像のない区間には何も描きません。"),

        ["share of answers"] = ("share of answers, the surest first", "答えの割合（確信度順）"),
        ["risk coverage"] = ("Errors among the surest answers", "確信度の高い答えの中の誤り"),
        ["review help"] = ("For as many new images of the same kind: look at the least sure ones, then at most so many of the others are wrong, with 95 % confidence for all rows together.", "同種の新しい画像が同じ枚数ある場合：確信度の低いものを見直せば、残りの誤りは多くともこの枚数です（すべての行を通じて 95 % の信頼度）。"),
        ["look at"] = ("Look at", "見直す枚数"),
        ["threshold"] = ("below probability", "確率の下限"),
        ["others"] = ("The others", "残り"),
        ["at most wrong"] = ("of which at most are wrong", "そのうち誤りは多くとも"),
        ["seen wrong"] = ("were wrong in this test", "今回の評価での誤り"),

        ["unknown help"] = ("Images that show no class at all, made of the tested ones. AUROC 1: they are told apart entirely, 0.5: not at all. The second number is the share that is accepted where 95 % of real images are.", "評価画像から作った、どのクラスでもない画像です。AUROC が 1 なら完全に区別でき、0.5 ならまったく区別できません。二つ目の値は、本物の 95 % を受け入れる設定で誤って受け入れる割合です。"),
        ["kind"] = ("Images", "画像"),
        ["blank"] = ("blank paper", "白紙"),
        ["noise"] = ("noise", "雑音"),
        ["upside_down"] = ("upside down", "上下逆"),
        ["scrambled"] = ("quarters changed crosswise", "四分割の入れ替え"),
        ["Energy"] = ("energy", "エネルギー"),
        ["MaxLogit"] = ("largest logit", "最大ロジット"),
        ["Probability"] = ("probability", "確率"),

        ["slices help"] = ("Marked slices differ from all other images by more than chance (false discovery rate 5 %).", "印のある部分は、ほかの画像との差が偶然とはいえません（偽発見率 5 %）。"),
        ["attribute"] = ("Attribute", "属性"),
        ["contrast"] = ("contrast", "濃淡の幅"),
        ["sharpness"] = ("sharpness", "鮮明さ"),
        ["decade"] = ("decade", "年代"),
        ["differs"] = ("differs", "差あり"),

        ["precision"] = ("Precision", "適合率"),
        ["recall"] = ("Recall", "再現率"),
        ["recall by class"] = ("Recall of each class", "クラスごとの再現率"),
        ["classes by recall"] = ("classes, the lowest recall first", "クラス（再現率の低い順）"),

        ["first alone"] = ("Only this one is right", "こちらだけ正解"),
        ["second alone"] = ("Only the other is right", "相手だけ正解"),
        ["difference"] = ("Is the difference chance?", "差は偶然か"),
        ["mcnemar"] = ("McNemar's exact test: p = {0}", "マクネマー検定（正確法）：p = {0}"),
        ["by groups"] = ("By whole groups: p = {0}", "まとまり単位の並べ替え検定：p = {0}"),

        ["source"] = ("Source", "データ"),
        ["number of images"] = ("Images", "画像数"),
        ["parts"] = ("Training, validation, test", "学習・検証・評価"),
        ["left out"] = ("Files left out", "除いたファイル"),
        ["fingerprint"] = ("Fingerprint, sha256", "指紋 sha256"),
        ["notes"] = ("To know", "注意"),

        ["requirement met"] = ("met", "達成"),
        ["requirement missed"] = ("missed", "未達"),
        ["by"] = ("Made by Mekiki. This page needs no network and sends nothing.", "Mekiki が作成しました。このページは通信を必要とせず、何も送信しません。"),
        ["cell"] = ("{0}, predicted {1}: {2}", "{0} を {1} と予測：{2}"),
    };

    /// <summary>A text.</summary>
    public string this[string key] => All.TryGetValue(key, out var both) ? language == "ja" ? both.Ja : both.En : key;

    /// <summary>Which language it is.</summary>
    public string Language => language;
}
