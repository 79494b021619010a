// The page: which models answer, what is drawn, and what is brought.

import { AnswerView, button, correction, element, heatMap, similarImages } from "./answers.js";
import { camera } from "./camera.js";
import { Paper } from "./paper.js";
import { PictureTable } from "./pictures.js";
import { card, keys, list, predict, report } from "./service.js";
import { percent, told, translate, words } from "./words.js";

const find = id => document.getElementById(id);
const problem = find("problem"), drawn = find("drawn"), said = find("said"), hint = drawn.firstElementChild;
let service = { models: [], keeps_corrections: false }, views = [], cards = new Map();

translate();

function tell(error) {
  problem.textContent = error.message;
  problem.hidden = false;
  if (error.status === 401) {
    find("key-form").hidden = false;
    find("key").focus();
  }
}

const quiet = () => problem.hidden = true;

// The models that are asked: one, or two side by side.
function chosen() {
  const names = [find("model").value, find("beside").value].filter((name, i, all) => name && all.indexOf(name) === i);
  return names.filter(name => cards.has(name)).map(name => ({ name, classes: cards.get(name).classes, facts: service.models.find(m => m.name === name) }))
    .map(m => ({ ...m, calibrated: m.facts.is_calibrated && !m.facts.has_labels, hasExamples: m.facts.has_examples, hasLabels: m.facts.has_labels }));
}

const table = new PictureTable(() => ({ models: chosen(), keeps: service.keeps_corrections }), tell);

// While one answer is on its way, the newest strokes wait for the next: the answer is never older than one round.
let busy = false, stale = false;
async function recognize() {
  if (busy) {
    stale = true;
    return;
  }
  busy = true;
  do {
    stale = false;
    if (paper.isEmpty)
      break;
    try {
      const picture = await paper.picture(), models = chosen();
      const answers = await Promise.all(models.map(m => predict(m.name, picture, m.calibrated)));
      quiet();
      if (!paper.isEmpty)
        showDrawn(models, answers, picture);
    } catch (error) {
      tell(error);
    }
  } while (stale);
  busy = false;
}

function showDrawn(models, answers, picture) {
  const names = models.map(m => m.name).join();
  if (views.names !== names) {
    views = models.map(m => new AnswerView(m.name));
    views.names = names;
  }
  if (drawn.firstElementChild !== views[0]?.root)
    drawn.replaceChildren(...views.map(v => v.root));
  answers.forEach((answer, i) => views[i].show(answer));
  views.last = { models, answers, picture };
}

// Once the pen is lifted: what the best answer is, in words, and what more can be done with it.
function settle() {
  if (!views.last || paper.isEmpty)
    return;
  const { models, answers, picture } = views.last;
  said.textContent = answers[0].labels ? told(answers[0]) : words.said(answers[0].label, percent(answers[0].probability));
  views.forEach((view, i) => {
    const why = button(words.why, async () => {
      try {
        why.replaceWith(await heatMap(models[i].name, picture));
      } catch (error) {
        tell(error);
      }
    });
    const more = [why];
    if (i === 0 && service.keeps_corrections && !models[0].hasLabels)
      more.push(correction(models[0].name, models[0].classes, async () => picture, answers[0].label, tell));
    if (models[i].hasExamples) {
      const place = element("div");
      more.push(place);
      similarImages(models[i].name, picture).then(images => place.replaceChildren(images), tell);
    }
    view.below(...more);
  });
}

const paper = new Paper(find("paper"), find("width"), async isEnd => {
  find("undo").disabled = find("clear").disabled = paper?.isEmpty ?? true;
  if (paper.isEmpty) {
    drawn.replaceChildren(hint);
    views = [];
    said.textContent = "";
    return;
  }
  await recognize();
  if (isEnd) {
    while (busy)
      await new Promise(resolve => setTimeout(resolve, 5));
    settle();
  }
});
find("undo").addEventListener("click", () => paper.undo());
find("clear").addEventListener("click", () => paper.clear());
document.addEventListener("keydown", event => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !(event.target instanceof HTMLInputElement) && !paper.isEmpty) {
    event.preventDefault();
    paper.undo();
  }
});

function bring(files) {
  quiet();
  return table.add([...files].filter(f => f.type.startsWith("image/") || /\.(png|jpe?g|tiff?|bmp|gif|webp)$/i.test(f.name)));
}

for (const id of ["files", "folder", "photo"])
  find(id).addEventListener("change", async event => {
    await bring(event.target.files);
    event.target.value = "";
  });
camera(file => bring([file]), () => tell(new Error(words.noCamera)));
find("csv").addEventListener("click", () => table.save());
find("empty").addEventListener("click", () => table.empty());
document.addEventListener("paste", event => {
  if (event.clipboardData.files.length > 0)
    bring(event.clipboardData.files);
});
for (const name of ["dragover", "dragleave", "drop"])
  document.addEventListener(name, async event => {
    event.preventDefault();
    find("drop").classList.toggle("over", name === "dragover");
    if (name === "drop")
      bring(await dropped(event.dataTransfer));
  });

// Files, and those in folders that were dropped.
async function dropped(transfer) {
  const entries = [...transfer.items].map(i => i.webkitGetAsEntry?.()).filter(e => e);
  if (!entries.some(e => e.isDirectory))
    return [...transfer.files];
  const files = [];
  const read = async entry => {
    if (entry.isFile)
      files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    else
      for (const reader = entry.createReader(); ;) {
        const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (some.length === 0)
          break;
        for (const one of some)
          await read(one);
      }
  };
  for (const entry of entries)
    await read(entry);
  return files;
}

async function choose() {
  const names = [find("model").value, find("beside").value].filter(n => n);
  for (const name of names)
    if (!cards.has(name))
      cards.set(name, await card(name));
  const facts = service.models.find(m => m.name === names[0]), its = cards.get(names[0]);
  find("classes").replaceChildren(...its.classes.map(value => element("option", { value })));
  const [channels, height, width] = facts.input;
  const rows = [
    [words.network, facts.network], [words.classes, `${its.classes.length}: ${its.classes.slice(0, 80).join(" ")}${its.classes.length > 80 ? " …" : ""}`],
    [words.input, `${width} × ${height}, ${channels === 1 ? words.grey : words.colour}`], [words.data, its.data?.split(/[\\/]/).pop()], [words.accuracy, facts.accuracy === undefined ? null : percent(facts.accuracy)],
    [words.calibrated, facts.is_calibrated ? words.fitted : words.notFitted], [words.version, `${facts.version}, Mekiki ${its.version}`],
  ];
  find("card").replaceChildren(...rows.filter(([, value]) => value).flatMap(([name, value]) => [element("dt", { textContent: name }), element("dd", { textContent: value })]));
  find("report").hidden = !facts.has_report;
  find("report").href = `/models/${encodeURIComponent(names[0])}/report`;
  if (!paper.isEmpty) {
    await recognize();
    settle();
  }
}

// With a key, a link alone would be refused: the page fetches the report and opens it.
find("report").addEventListener("click", async event => {
  if (!keys.value)
    return;
  event.preventDefault();
  const page = window.open("", "_blank");
  page.location = URL.createObjectURL(await report(find("model").value));
});

async function start() {
  try {
    service = await list();
    service.models = service.models.filter(m => m.state === "ready");
    find("key-form").hidden = true;
    quiet();
    find("model").replaceChildren(...service.models.map(m => element("option", { value: m.name, textContent: m.name })));
    find("beside").replaceChildren(element("option", { value: "", textContent: words.none }), ...service.models.map(m => element("option", { value: m.name, textContent: m.name })));
    find("beside-label").hidden = service.models.length < 2;
    if (service.models.length > 0)
      await choose();
    document.body.dataset.ready = "yes";
  } catch (error) {
    tell(error);
  }
}

find("model").addEventListener("change", () => choose().catch(tell));
find("beside").addEventListener("change", () => choose().catch(tell));
find("key-form").addEventListener("submit", event => {
  event.preventDefault();
  keys.value = find("key").value;
  start();
});
start();
