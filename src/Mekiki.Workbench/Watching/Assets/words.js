// The words of the page, in English and Japanese. The page says which, if the command was told; else the browser's language chooses.

const english = {
  skip: "Skip to the content", title: "Mekiki, trainings", runs: "Runs", none: "No run is there yet. `mekiki train` makes one; it will appear here.",
  stop: "Stop", stopping: "It stops after this batch …", sure: "Stop this training? It saves first, and `mekiki train --resume` goes on.", progress: "Progress",
  loss: "Loss", accuracy: "Accuracy", rate: "Learning rate", train: "training (mean)", validation: "validation", test: "test", epochs: "Epochs",
  class: "Class", seenAs: "seen as", images: "Images", left: "Left", speed: "Speed", epoch: "Epoch", step: "Step", trained: "Training images", best: "Test accuracy",
  running: "running", done: "done", interrupted: "interrupted", damaged: "damaged", of: (a, b) => `${a} of ${b}`, perSecond: n => `${n} images/s`,
  tried: (part, epoch, mistakes, images) => `Confused after epoch ${epoch}: ${mistakes} of ${images} ${part} images`, sheet: "Pictures of the most confident mistakes, a row for each pair of classes",
  noAnswer: "The page's program does not answer. Is `mekiki watch` running?",
  head: { epoch: "epoch", train_loss: "training loss", train_accuracy: "training", validation_loss: "validation loss", validation_accuracy: "validation", test_loss: "test loss", test_accuracy: "test", balanced_accuracy: "balanced", top5_accuracy: "top five", learning_rate: "rate", train_seconds: "seconds" },
};

const japanese = {
  skip: "本文へ", title: "Mekiki 学習の様子", runs: "学習の一覧", none: "まだ学習がありません。`mekiki train` で始めると、ここに現れます。",
  stop: "止める", stopping: "このバッチが終わると止まります…", sure: "この学習を止めますか。保存してから止まり、`mekiki train --resume` で続けられます。", progress: "進み具合",
  loss: "損失", accuracy: "正解率", rate: "学習率", train: "学習（平均）", validation: "検証", test: "テスト", epochs: "エポック",
  class: "クラス", seenAs: "取り違えた先", images: "枚数", left: "残り", speed: "速さ", epoch: "エポック", step: "ステップ", trained: "学習画像", best: "テスト正解率",
  running: "学習中", done: "完了", interrupted: "中断", damaged: "破損", of: (a, b) => `${b} のうち ${a}`, perSecond: n => `${n} 枚/秒`,
  tried: (part, epoch, mistakes, images) => `エポック ${epoch} のあとの取り違え：${part}画像 ${images} 枚のうち ${mistakes} 枚`, sheet: "自信をもって間違えた画像。クラスの組ごとに一行",
  noAnswer: "ページのプログラムが応答しません。`mekiki watch` は動いていますか。",
  head: { epoch: "エポック", train_loss: "学習損失", train_accuracy: "学習", validation_loss: "検証損失", validation_accuracy: "検証", test_loss: "テスト損失", test_accuracy: "テスト", balanced_accuracy: "クラス平均", top5_accuracy: "上位五つ", learning_rate: "学習率", train_seconds: "秒" },
};

export const isJapanese = (document.documentElement.dataset.language || navigator.language || "").toLowerCase().startsWith("ja");
export const words = isJapanese ? japanese : english;

export function translate() {
  document.documentElement.lang = isJapanese ? "ja" : "en";
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = words[element.dataset.word];
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", words[element.dataset.label]);
}
