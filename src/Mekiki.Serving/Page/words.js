// The words of the page, in English and Japanese; the browser's language chooses.

const english = {
  skip: "Skip to the content", model: "Model", beside: "Beside it", none: "none", key: "Key of the service", useKey: "Use it",
  draw: "Draw", paper: "Paper to draw on with mouse, finger or pen", undo: "Undo", clear: "Clear", width: "Width",
  drawHint: "Draw a character: the five best answers change while you draw.",
  pictures: "Pictures", dropHint: "Drop pictures here, paste one, or choose:", files: "Files", folder: "A folder", photo: "A photograph", camera: "Camera",
  video: "What the camera sees", take: "Take", close: "Close", csv: "Save as CSV", empty: "Empty the table", table: "Answers",
  about: "About this model", report: "How good it is: the report", api: "For programs: the routes of this service",
  why: "Why?", heat: "The picture; orange speaks for the answer, blue against it", unknown: "Probably none of the classes",
  picture: "Picture", name: "Name", answer: "Answer", probability: "Probability", second: "Second", ascending: "sorted, smallest first", descending: "sorted, largest first",
  isReally: "It is really", save: "Save", saved: "Saved. Thank you.", similar: "The training images most like it, and how like they are (at most 1.00)", notYet: "The training images are still being looked at.", noLabel: "no label", notClass: "This is no class of the model.",
  network: "Network", classes: "Classes", input: "Input", data: "Trained on", accuracy: "Accuracy on test images", calibrated: "Probabilities", fitted: "fitted to held-out images", notFitted: "as the network gives them", version: "Version",
  said: (label, percent) => `${label}, ${percent}`, done: (done, all) => `${done} of ${all}`, noAnswer: "The service does not answer. Is it running?", wrongKey: "This needs a key of the service.", noCamera: "The camera cannot be used.", grey: "grey", colour: "colour",
};

const japanese = {
  skip: "本文へ", model: "モデル", beside: "並べるモデル", none: "なし", key: "サービスの鍵", useKey: "使う",
  draw: "書く", paper: "マウス、指、ペンで書く紙", undo: "一画もどす", clear: "消す", width: "太さ",
  drawHint: "文字を書いてください。書いている間に上位五つの答えが変わります。",
  pictures: "画像", dropHint: "ここに画像を落とすか、貼り付けるか、選んでください。", files: "ファイル", folder: "フォルダー", photo: "写真", camera: "カメラ",
  video: "カメラに写っているもの", take: "撮る", close: "閉じる", csv: "CSV で保存", empty: "表を空にする", table: "答え",
  about: "このモデルについて", report: "どれほど正しいか（報告）", api: "プログラムから使うには",
  why: "なぜ？", heat: "画像。橙は答えの根拠、青は反対の根拠", unknown: "おそらくどのクラスでもありません",
  picture: "画像", name: "名前", answer: "答え", probability: "確率", second: "次点", ascending: "小さい順", descending: "大きい順",
  isReally: "正しくは", save: "保存", saved: "保存しました。ありがとうございます。", similar: "最も似ている学習画像と、似ている度合い（最大 1.00）", notYet: "学習画像を調べているところです。", noLabel: "ラベルなし", notClass: "モデルにないクラスです。",
  network: "ネットワーク", classes: "クラス", input: "入力", data: "学習データ", accuracy: "テスト画像での正解率", calibrated: "確率", fitted: "学習に使わない画像に合わせたもの", notFitted: "ネットワークの出力のまま", version: "版",
  said: (label, percent) => `${label}、${percent}`, done: (done, all) => `${all} 枚中 ${done} 枚`, noAnswer: "サービスが応答しません。動いていますか。", wrongKey: "サービスの鍵が必要です。", noCamera: "カメラを使えません。", grey: "白黒", colour: "カラー",
};

export const language = (navigator.languages ?? [navigator.language]).map(l => l.slice(0, 2)).find(l => l === "ja" || l === "en") ?? "en";
export const words = language === "ja" ? japanese : english;

/** Puts the words into the page. */
export function translate() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]"))
    element.textContent = words[element.dataset.word];
  for (const element of document.querySelectorAll("[data-label]"))
    element.setAttribute("aria-label", words[element.dataset.label]);
}

/** What an answer says in one text: its class, or all of its labels. */
export const told = answer => answer.labels ? answer.labels.map(l => l.label).join(", ") || words.noLabel : answer.label;

/** 0.987 as 98.7 %. */
export const percent = value => `${(value * 100).toFixed(1)} %`;
