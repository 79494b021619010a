"use strict";
(() => {
  const data = JSON.parse(document.getElementById("report-data").textContent), t = data.texts, classes = data.classes;
  const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, i) => values[i]);
  const number = value => value.toLocaleString("en-US");
  const short = text => [...text].length > 9 ? [...text].slice(0, 8).join("") + "…" : text;
  const percent = value => (value * 100).toFixed(1) + "\u00A0%";

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (name === "text") made.textContent = value;
      else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }

  function sprite(at, label, isHeat = false) {
    const { width, height } = data.atlas, columns = isHeat ? data.atlas.heat_columns : data.atlas.columns;
    const made = element("span", { class: isHeat ? "sprite heat" : "sprite", role: "img", "aria-label": label });
    made.style.backgroundPosition = `-${at % columns * width}px -${Math.floor(at / columns) * height}px`;
    return made;
  }

  const says = image => fill(t["cell"], classes[image.class], classes[image.prediction], image.name);

  // ---- cards of images ----
  function card(image, withSimilar) {
    const made = element("article", { class: "card" }, sprite(image.at, says(image)));
    if (image.heat !== undefined) made.append(" ", sprite(image.heat, t["explanation"], true));
    const line = element("p", { class: "answer" }, element("span", { class: "own", text: classes[image.class] }));
    if (image.prediction !== image.class) line.append(" → ", element("span", { class: "wrong", text: classes[image.prediction] }));
    made.append(line);
    if (image.top) {
      const best = [];
      for (let i = 0; i < image.top.length; i += 2) best.push(`${classes[image.top[i]]} ${percent(image.top[i + 1])}`);
      made.append(element("p", { text: best.join(", ") }), element("p", { class: "name", text: `${t["own probability"]} ${percent(image.own)}` }));
    }
    made.append(element("p", { class: "name", text: image.name }));
    if (withSimilar)
      for (const [key, title] of [["near_own", "similar own"], ["near_predicted", "similar predicted"]])
        if (image[key]?.length)
          made.append(element("p", { class: "name", text: t[title] }), element("div", { class: "near" }, ...image[key].map(at => sprite(at, t[title]))));
    return made;
  }

  // Long lists grow on demand, so that the page opens at once.
  function list(container, images, make, step = 60) {
    let shown = 0;
    const more = element("button", { type: "button", class: "more", onclick: grow });
    function grow() {
      for (const image of images.slice(shown, shown + step)) container.append(make(image));
      shown = Math.min(images.length, shown + step);
      more.textContent = `${t["show"]} (${number(images.length - shown)})`;
      if (shown >= images.length) more.remove();
      else container.after(more);
    }
    grow();
  }

  list(document.getElementById("mistake-list"), data.mistakes.map(i => data.images[i]), image => card(image, true));
  if (data.hidden > 0) document.getElementById("mistake-list").before(element("p", { class: "note", text: fill(t["not shown"], number(data.hidden)) }));

  // ---- confusion explorer ----
  const canvas = document.getElementById("matrix"), status = document.getElementById("matrix-says"), gallery = document.getElementById("cell-images");
  const K = classes.length, { images: totals, order, cells } = data.confusion;
  const counts = new Map();
  for (let i = 0; i < cells.length; i += 3) counts.set(cells[i] * K + cells[i + 1], cells[i + 2]);
  const size = Math.max(3, Math.min(18, Math.floor(1000 / K)));
  const longest = Math.max(1, ...classes.map(name => [...short(name)].reduce((sum, c) => sum + (c.codePointAt(0) < 0x2000 ? .6 : 1.05), 0)));
  const margin = size >= 9 ? Math.ceil(longest * Math.min(13, size)) + 10 : 8;
  const checks = { norm: document.getElementById("c-norm"), diag: document.getElementById("c-diag"), order: document.getElementById("c-order") };
  let cursor = { row: 0, column: 0 };
  const at = place => checks.order.checked ? order[place] : place;

  function draw() {
    const style = getComputedStyle(document.documentElement), colour = name => style.getPropertyValue(name).trim();
    const scale = window.devicePixelRatio || 1, side = margin + K * size + 1;
    canvas.width = side * scale; canvas.height = side * scale;
    canvas.style.width = canvas.style.height = side + "px";
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.fillStyle = colour("--ground"); pen.fillRect(0, 0, side, side);
    let most = 1;
    for (const [key, count] of counts) if (checks.diag.checked || Math.floor(key / K) !== key % K) most = Math.max(most, count);
    if (size >= 9) {
      pen.fillStyle = colour("--ink"); pen.font = `${Math.min(13, size)}px system-ui, sans-serif`;
      for (let i = 0; i < K; i++) {
        pen.textAlign = "right"; pen.textBaseline = "middle";
        pen.fillText(short(classes[at(i)]), margin - 5, margin + (i + .5) * size);
        pen.save(); pen.translate(margin + (i + .5) * size, margin - 5); pen.rotate(-Math.PI / 2); pen.textAlign = "left";
        pen.fillText(short(classes[at(i)]), 0, 0); pen.restore();
      }
    }
    if (size >= 6) {
      pen.strokeStyle = colour("--line"); pen.lineWidth = .5; pen.beginPath();
      for (let i = 0; i <= K; i++) {
        pen.moveTo(margin, margin + i * size); pen.lineTo(margin + K * size, margin + i * size);
        pen.moveTo(margin + i * size, margin); pen.lineTo(margin + i * size, margin + K * size);
      }
      pen.stroke();
    }
    // One hue; a logarithmic scale, so that single mistakes are seen beside hundreds.
    pen.fillStyle = colour("--accent");
    const place = new Array(K);
    for (let i = 0; i < K; i++) place[at(i)] = i;
    for (const [key, count] of counts) {
      const row = Math.floor(key / K), column = key % K;
      if (row === column && !checks.diag.checked) continue;
      const share = checks.norm.checked ? Math.log1p(99 * count / Math.max(1, totals[row])) / Math.log(100) : Math.log1p(count) / Math.log1p(most);
      pen.globalAlpha = .25 + .75 * share;
      pen.fillRect(margin + place[column] * size + .5, margin + place[row] * size + .5, size - 1, size - 1);
    }
    pen.globalAlpha = 1;
    pen.strokeStyle = colour("--second"); pen.lineWidth = 2;
    pen.strokeRect(margin + cursor.column * size - 1, margin + cursor.row * size - 1, size + 2, size + 2);
  }

  const count = (row, column) => counts.get(row * K + column) ?? 0;

  function tell() {
    const row = at(cursor.row), column = at(cursor.column), n = count(row, column);
    status.textContent = fill(t["cell"], classes[row], classes[column], `${number(n)} / ${number(totals[row])} ${t["images"]}`);
  }

  function show(row, column) {
    const found = data.images.filter(image => image.top && image.class === row && image.prediction === column);
    gallery.replaceChildren(...found.map(image => card(image, false)));
    if (!found.length && count(row, column)) gallery.replaceChildren(element("p", { class: "note", text: fill(t["not shown"], number(count(row, column))) }));
  }

  function move(row, column, open) {
    cursor = { row: Math.max(0, Math.min(K - 1, row)), column: Math.max(0, Math.min(K - 1, column)) };
    draw(); tell();
    if (open) show(at(cursor.row), at(cursor.column));
  }

  canvas.addEventListener("keydown", event => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (step) { move(cursor.row + step[0], cursor.column + step[1], false); event.preventDefault(); }
    else if (event.key === "Enter") { move(cursor.row, cursor.column, true); event.preventDefault(); }
  });
  const placeOf = event => {
    const box = canvas.getBoundingClientRect();
    return [Math.floor((event.clientY - box.top - margin) / size), Math.floor((event.clientX - box.left - margin) / size)];
  };
  canvas.addEventListener("click", event => { const [row, column] = placeOf(event); if (row >= 0 && column >= 0 && row < K && column < K) move(row, column, true); });
  canvas.addEventListener("mousemove", event => {
    const [row, column] = placeOf(event);
    if (row >= 0 && column >= 0 && row < K && column < K) status.textContent = fill(t["cell"], classes[at(row)], classes[at(column)], `${number(count(at(row), at(column)))} / ${number(totals[at(row)])} ${t["images"]}`);
  });
  for (const check of Object.values(checks)) check.addEventListener("change", () => { draw(); tell(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

  const pairs = [...counts].filter(([key]) => Math.floor(key / K) !== key % K).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 50);
  if (pairs.length) {
    const body = element("tbody");
    for (const [key, n] of pairs) {
      const row = Math.floor(key / K), column = key % K;
      body.append(element("tr", {}, element("th", { scope: "row", text: classes[row] }), element("td", { text: classes[column] }), element("td", { class: "n", text: number(n) }), element("td", { class: "n", text: percent(n / Math.max(1, totals[row])) }),
        element("td", {}, element("button", { type: "button", "aria-label": `${t["show"]}: ${fill(t["cell"], classes[row], classes[column], number(n))}`, text: t["show"], onclick: () => { show(row, column); gallery.scrollIntoView({ block: "nearest" }); } }))));
    }
    const head = element("tr", {}, ...[t["class"], t["predicted"], t["counts"], t["normalized"], t["show"]].map((name, i) => element("th", { scope: "col", class: i === 2 || i === 3 ? "n" : "", text: name })));
    document.getElementById("pairs").append(element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": t["most confused"] }, element("table", {}, element("thead", {}, head), body)));
    const [key] = pairs[0];
    cursor = { row: Math.floor(key / K), column: key % K };
  } else document.getElementById("pairs").append(element("p", { class: "note", text: t["no mistakes"] }));
  draw(); tell();

  // ---- label desk ----
  const desk = [...new Set([...data.doubtful, ...data.mistakes])].map(i => data.images[i]);
  const store = "mekiki-decisions-" + data.key;
  let decisions = {};
  try { decisions = JSON.parse(localStorage.getItem(store) ?? "{}"); } catch { }
  const keep = () => { try { localStorage.setItem(store, JSON.stringify(decisions)); } catch { } };
  const output = document.getElementById("desk-count");
  const told = () => { output.textContent = fill(t["decided"], number(desk.filter(image => decisions[image.name]).length), number(desk.length)); };
  const cards = [];

  function deskCard(image) {
    const made = card(image, false), says = element("p", { role: "status" });
    made.tabIndex = 0;
    const choose = element("select", { "aria-label": t["relabel"] });
    const suggestions = [...new Set([image.prediction, ...(image.top ?? []).filter((_, i) => i % 2 === 0)])].filter(c => c !== image.class);
    const offer = c => choose.append(element("option", { value: c, text: classes[c] }));
    suggestions.forEach(offer);
    // The other classes, of which there may be thousands, when somebody looks for one.
    choose.addEventListener("focus", () => { for (const c of classes.keys()) if (c !== image.class && !suggestions.includes(c)) offer(c); }, { once: true });
    const decide = (decision, label) => { decisions[image.name] = { class: classes[image.class], decision, label: label ?? "" }; keep(); mark(); };
    function mark() {
      const made = decisions[image.name];
      says.textContent = !made ? t["undecided"] : made.decision === "relabel" ? `${t["relabel"]}: ${made.label}` : made.decision === "keep" ? t["keep"] : t["leave out"];
      told();
    }
    made.addEventListener("keydown", event => {
      if (event.target !== made) return;
      const key = event.key.toLowerCase(), i = cards.indexOf(made);
      if (key === "k") decide("keep");
      else if (key === "r") decide("relabel", classes[choose.value]);
      else if (key === "x") decide("leave-out");
      else if (["arrowright", "arrowdown"].includes(key)) cards[i + 1]?.focus();
      else if (["arrowleft", "arrowup"].includes(key)) cards[i - 1]?.focus();
      else return;
      event.preventDefault();
    });
    made.append(element("div", { class: "controls" },
      element("button", { type: "button", text: t["keep"], onclick: () => decide("keep") }),
      element("button", { type: "button", text: t["leave out"], onclick: () => decide("leave-out") }),
      choose, element("button", { type: "button", text: t["relabel"], onclick: () => decide("relabel", classes[choose.value]) })), says);
    made.mark = mark;
    mark();
    cards.push(made);
    return made;
  }

  const quote = field => /[",\r\n]/.test(field) ? `"${field.replaceAll("\"", "\"\"")}"` : field;
  document.getElementById("desk-save").addEventListener("click", () => {
    const lines = ["image,class,decision,label", ...desk.filter(image => decisions[image.name]).map(image => {
      const made = decisions[image.name];
      return [image.name, made.class, made.decision, made.label].map(quote).join(",");
    })];
    const link = element("a", { download: "decisions.csv", href: URL.createObjectURL(new Blob([lines.join("\n") + "\n"], { type: "text/csv" })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  document.getElementById("desk-clear").addEventListener("click", () => { decisions = {}; keep(); for (const made of cards) made.mark(); told(); });
  list(document.getElementById("desk-list"), desk, deskCard);
  told();
})();
