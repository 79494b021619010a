import { draw } from "./curves.js";
import { translate, words } from "./words.js";

const find = id => document.getElementById(id);
const main = find("main"), problem = find("problem"), list = find("runs");
let chosen = decodeURIComponent(location.hash.slice(1)), shownSheet = "", saidEpoch = -1;

translate();
find("stop").addEventListener("click", async () => {
  if (!confirm(words.sure)) return;
  const answer = await fetch(`/runs/${encodeURIComponent(chosen)}/stop`, { method: "POST", headers: { "X-Mekiki-Stop": "1" } });
  if (!answer.ok) show(await answer.text());
  await refresh();
});
addEventListener("hashchange", () => { chosen = decodeURIComponent(location.hash.slice(1)); refresh(); });
go();

async function go() {
  await refresh();
  setTimeout(go, document.hidden ? 10000 : 2000);
}

async function refresh() {
  try {
    const runs = await (await fetch("/runs")).json();
    find("none").hidden = runs.length > 0;
    main.hidden = runs.length === 0;
    if (!runs.some(r => r.name === chosen)) chosen = (runs.find(r => r.state === "running") ?? runs[0])?.name ?? "";
    showList(runs);
    if (chosen) showRun(await (await fetch(`/runs/${encodeURIComponent(chosen)}`)).json());
    show("");
  } catch {
    show(words.noAnswer);
  }
}

function show(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

function showList(runs) {
  list.hidden = runs.length < 2;
  const had = document.activeElement?.dataset?.run;
  list.replaceChildren(...runs.slice(0, 60).map(run => {
    const button = make("button", { type: "button" }), mini = make("div", { className: "mini" }, make("div"));
    mini.firstChild.style.width = `${100 * (run.progress ?? 0)}%`;
    button.dataset.run = run.name;
    button.setAttribute("aria-current", run.name === chosen);
    button.append(make("b", {}, run.name), make("small", {}, [run.model, words[run.state], percent(run.accuracy), time(run.seconds_left)].filter(Boolean).join(" · ")), mini);
    button.addEventListener("click", () => { location.hash = encodeURIComponent(run.name); });
    return button;
  }));
  if (had) [...list.children].find(b => b.dataset.run === had)?.focus();
}

function showRun(run) {
  document.title = `${run.progress === undefined ? "" : Math.floor(100 * run.progress) + " % · "}${run.name} · Mekiki`;
  find("name").textContent = run.name;
  find("recipe").textContent = [run.model && `${run.model}, ${run.data}`, run.options].filter(Boolean).join(" · ");
  const state = find("state"), isRunning = run.state === "running";
  state.textContent = run.is_stopping && isRunning ? words.stopping : words[run.state];
  state.className = `chip ${run.state}`;
  find("stop").hidden = !isRunning;
  find("stop").disabled = run.is_stopping;
  const share = Math.floor(100 * (run.progress ?? 0));
  find("bar").setAttribute("aria-valuenow", share);
  find("done").style.width = `${100 * (run.progress ?? 0)}%`;
  facts([
    [words.left, time(run.seconds_left)], [words.speed, run.img_per_s && words.perSecond(run.img_per_s.toLocaleString())],
    [words.epoch, run.epochs ? words.of(Math.min(run.epochs, run.epochs_done + (isRunning ? 1 : 0)), run.epochs) : ""], [words.step, run.step ? run.step.toLocaleString() : ""],
    [words.trained, run.train_images?.toLocaleString()], [words.best, percent(run.accuracy)],
  ]);
  if (run.problem) show(run.problem);
  const { steps, loss, accuracy, lr } = run.series, epochs = run.log.map(e => e.steps);
  const points = key => ["validation", "test"].map(kind => ({ kind, steps: epochs, values: run.log.map(e => e[`${kind}_${key}`]) })).filter(p => p.values.some(v => v !== undefined));
  draw(find("loss"), { name: words.loss, steps, values: loss, points: points("loss"), epochs });
  draw(find("accuracy"), { name: words.accuracy, steps, values: accuracy, points: points("accuracy"), epochs, percent: true, range: [null, 1] });
  draw(find("lr"), { name: words.rate, steps, values: lr, epochs, plain: true, range: [0, null] });
  const kinds = points("accuracy").map(p => p.kind);
  find("legend").replaceChildren(...[["t", words.train], ...kinds.map(k => [k === "test" ? "e" : "v", words[k]])].map(([name, text]) => make("span", { className: name }, make("i"), text)));
  showEpochs(run.log);
  showTried(run);
  if (run.log.length !== saidEpoch && saidEpoch >= 0 && run.log.length) find("said").textContent = `${words.epoch} ${run.log.length}: ${percent(run.log.at(-1).validation_accuracy ?? run.log.at(-1).test_accuracy ?? run.log.at(-1).train_accuracy)}`;
  saidEpoch = run.log.length;
}

function showEpochs(log) {
  find("epochs").hidden = log.length === 0;
  const columns = Object.keys(words.head).filter(c => log.some(e => c in e));
  find("heads").replaceChildren(...columns.map(c => make("th", { className: "n", scope: "col" }, words.head[c])));
  const by = log.some(e => "validation_accuracy" in e) ? "validation_accuracy" : null, best = by && Math.max(...log.map(e => e[by] ?? -1));
  find("rows").replaceChildren(...log.toReversed().map(e => make("tr", { className: by && e[by] === best ? "best" : "" },
    ...columns.map(c => make("td", { className: "n" }, c in e ? number(c, e[c]) : "")))));
}

function showTried(run) {
  find("confused").hidden = !run.tried;
  if (!run.tried) return;
  const { part, epoch, mistakes, images, confused } = run.tried;
  find("confused-title").textContent = words.tried(words[part] ?? part, epoch, mistakes.toLocaleString(), images.toLocaleString());
  find("pairs").hidden = confused.length === 0;
  find("pair-rows").replaceChildren(...confused.map(p => make("tr", {}, make("td", {}, p.class), make("td", {}, p.predicted), make("td", { className: "n" }, p.images.toLocaleString()))));
  const sheet = find("sheet"), at = `/runs/${encodeURIComponent(run.name)}/mistakes.png?${part}${epoch}`;
  sheet.hidden = !run.has_picture;
  sheet.alt = words.sheet;
  if (run.has_picture && at !== shownSheet) sheet.src = find("sheet-link").href = shownSheet = at;
}

function facts(all) {
  find("facts").replaceChildren(...all.filter(([, value]) => value).map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function percent(share) {
  return share === undefined ? "" : `${(100 * share).toFixed(2)} %`;
}

function number(column, value) {
  if (column.endsWith("accuracy")) return percent(value);
  if (column === "epoch") return String(value);
  return column === "train_seconds" ? value.toFixed(1) : column === "learning_rate" ? String(+value.toPrecision(3)) : value.toFixed(4);
}

function time(seconds) {
  if (seconds === undefined) return "";
  const s = Math.round(seconds), two = n => String(n).padStart(2, "0");
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s % 3600 / 60))}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}
