// Many pictures as a table that can be sorted and saved.

import { button, correction, element, heatMap, similarImages } from "./answers.js";
import { predict } from "./service.js";
import { percent, told, words } from "./words.js";

const AtOnce = 8;

export class PictureTable {
  #rows = []; #order = { column: null, down: false }; #models; #tell; #shown = null;
  #heads = document.getElementById("heads"); #body = document.getElementById("rows"); #results = document.getElementById("results"); #progress = document.getElementById("progress");

  /**
   * @param models gives the models that are asked: their name, classes, whether they are calibrated; and whether corrections are kept
   * @param tell shows a problem
   */
  constructor(models, tell) {
    this.#models = models;
    this.#tell = tell;
  }

  /** Asks for each picture; those that cannot be read say why, the others go on. */
  async add(files) {
    const models = this.#models().models;
    if (files.length === 0 || models.length === 0)
      return;
    if (this.#shown !== null && this.#shown.join() !== models.map(m => m.name).join())
      this.empty();
    this.#shown = models.map(m => m.name);
    const rows = files.map(file => ({ file, name: file.webkitRelativePath || file.name || "picture", answers: [], error: null }));
    let next = 0, done = 0;
    const work = async () => {
      while (next < rows.length) {
        const row = rows[next++];
        try {
          row.answers = await Promise.all(models.map(m => this.#patient(() => predict(m.name, row.file, m.calibrated))));
        } catch (problem) {
          row.error = problem.message;
          if (problem.status === 0 || problem.status === 401) {
            this.#tell(problem);
            next = rows.length;
          }
        }
        this.#progress.textContent = words.done(++done, rows.length);
      }
    };
    await Promise.all(Array.from({ length: Math.min(AtOnce, rows.length) }, work));
    this.#rows.push(...rows.filter(row => row.error !== null || row.answers.length > 0));
    this.#show();
  }

  empty() {
    this.#rows = [];
    this.#progress.textContent = "";
    this.#show();
  }

  /** Saves the table, with all five classes of each answer. */
  save() {
    const cell = value => /[",\r\n]/.test(value) ? `"${value.replaceAll("\"", "\"\"")}"` : value;
    const hasLabels = this.#shown.map((_, m) => this.#rows.some(row => row.answers[m]?.labels));
    const heads = ["image", ...this.#shown.flatMap((name, m) => [...hasLabels[m] ? [`${name}_labels`] : [], ...[1, 2, 3, 4, 5].flatMap(i => [`${name}_label_${i}`, `${name}_probability_${i}`])]), "error"];
    const lines = this.#rows.map(row => [row.name, ...this.#shown.flatMap((_, m) => [...hasLabels[m] ? [row.answers[m]?.labels?.map(l => l.label).join(";") ?? ""] : [], ...[0, 1, 2, 3, 4].flatMap(i => {
      const one = row.answers[m]?.top[i];
      return one ? [one.label, String(one.probability)] : ["", ""];
    })]), row.error ?? ""]);
    // The mark at the beginning tells spreadsheets that it is UTF-8.
    const url = URL.createObjectURL(new Blob(["\uFEFF", [heads, ...lines].map(line => line.map(cell).join(",")).join("\r\n"), "\r\n"], { type: "text/csv" }));
    const link = element("a", { href: url, download: "mekiki.csv" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  // A full queue is asked again, as it wishes.
  async #patient(ask) {
    for (let i = 0; ; i++)
      try {
        return await ask();
      } catch (problem) {
        if (problem.status !== 429 || i === 20)
          throw problem;
        await new Promise(resolve => setTimeout(resolve, 300 * (i + 1)));
      }
  }

  #columns() {
    const several = this.#shown.length > 1;
    return [
      { title: words.name, value: row => row.name },
      ...this.#shown.flatMap((name, m) => {
        const of = several ? ` (${name})` : "";
        return [
          { title: words.answer + of, value: row => row.answers[m] ? told(row.answers[m]) : "", label: true, error: m === 0, unknown: row => row.answers[m]?.unknown },
          { title: words.probability + of, value: row => row.answers[m]?.probability ?? -1, text: row => row.answers[m] ? percent(row.answers[m].probability) : "", number: true },
          { title: words.second + of, value: row => row.answers[m]?.top[1]?.label ?? "" },
        ];
      }),
    ];
  }

  #show() {
    this.#results.hidden = this.#rows.length === 0;
    if (this.#rows.length === 0)
      return;
    const columns = this.#columns(), { column, down } = this.#order;
    if (column !== null && column < columns.length) {
      const value = columns[column].value, way = down ? -1 : 1;
      this.#rows.sort((a, b) => way * (columns[column].number ? value(a) - value(b) : String(value(a)).localeCompare(String(value(b)), undefined, { numeric: true })));
    }
    this.#heads.replaceChildren(element("th", {}, element("span", { className: "hidden", textContent: words.picture })), ...columns.map((c, i) => {
      const head = element("th", { className: c.number ? "n" : "", scope: "col" }, button(`${c.title}${i === column ? down ? " ▾" : " ▴" : ""}`, () => this.#sort(i), ""));
      if (i === column)
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
      return head;
    }), element("th", {}, element("span", { className: "hidden", textContent: words.why })));
    this.#body.replaceChildren(...this.#rows.map(row => row.line ??= this.#line(row, columns)));
  }

  #sort(column) {
    this.#order = { column, down: this.#order.column === column && !this.#order.down };
    this.#show();
    this.#heads.querySelectorAll("button")[column].focus();
  }

  #line(row, columns) {
    const image = element("img", { className: "thumb", alt: "", loading: "lazy" });
    image.addEventListener("error", () => image.hidden = true, { once: true });
    image.src = URL.createObjectURL(row.file);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    const last = element("td");
    if (row.error === null) {
      const { models, keeps } = this.#models();
      const why = button(words.why, async () => {
        why.disabled = true;
        try {
          const shown = models.filter(m => this.#shown.includes(m.name));
          why.replaceWith(...(await Promise.all(shown.flatMap(m => [heatMap(m.name, row.file), m.hasExamples ? similarImages(m.name, row.file) : null]))).filter(e => e));
        } catch (problem) {
          why.disabled = false;
          this.#tell(problem);
        }
      });
      why.setAttribute("aria-label", `${words.why} ${row.name}`);
      last.append(why);
      if (keeps && !models[0].hasLabels)
        last.append(correction(models[0].name, models[0].classes, async () => row.file, row.answers[0].label, this.#tell));
    }
    return element("tr", {}, element("td", {}, image), ...columns.map(c => {
      const cell = element("td", { className: c.number ? "n" : c.label ? "label" : "", textContent: c.text?.(row) ?? c.value(row) });
      if (row.error !== null && c.error)
        Object.assign(cell, { className: "error", textContent: row.error });
      else if (c.unknown?.(row))
        cell.append(element("div", { className: "unknown", textContent: words.unknown }));
      return cell;
    }), last);
  }
}
