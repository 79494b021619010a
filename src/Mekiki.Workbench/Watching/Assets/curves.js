// Curves as SVG: one of all steps, faint as it is and strong as its moving mean, and points of the epochs' tests.

const width = 420, height = 230, left = 48, right = 10, top = 8, bottom = 24;
const svg = (name, attributes, text) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
};

// Round numbers that divide a range into about four parts.
export function ticks(low, high) {
  const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 2.5, 5, 10].find(s => s * power >= rough) * power, all = [];
  for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; i++) all.push(i * step);
  return all;
}

// The mean of each point and its neighbours on both sides, a fortieth of all in each direction.
export function smooth(values) {
  const reach = Math.max(1, Math.min(25, Math.round(values.length / 40)));
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - reach), i + reach + 1).filter(v => v !== null);
    return near.length ? near.reduce((sum, v) => sum + v, 0) / near.length : null;
  });
}

/** Draws into an <svg>. points: [{kind, steps, values}], of epochs. range: fixed ends, where a value is null the data decide. */
export function draw(target, { name, steps, values, points = [], epochs = [], percent = false, range = [null, null], plain = false }) {
  target.replaceChildren();
  target.setAttribute("viewBox", `0 0 ${width} ${height}`);
  target.setAttribute("role", "img");
  const means = plain ? values : smooth(values), all = [...means, ...points.flatMap(p => p.values)].filter(v => v !== null && v !== undefined);
  target.setAttribute("aria-label", all.length ? `${name}: ${label(means.findLast(v => v !== null) ?? all.at(-1), percent)}` : name);
  if (!all.length || !steps.length) return;
  let low = range[0] ?? Math.min(...all), high = range[1] ?? Math.max(...all);
  if (!plain && range[0] === null) low = Math.min(low, quantile(values, 0.02));
  if (!plain && range[1] === null) high = Math.max(high, quantile(values, 0.95));
  if (high - low < 1e-9) [low, high] = [low - 0.5 * (Math.abs(low) || 1), high + 0.5 * (Math.abs(high) || 1)];
  const last = steps.at(-1), x = step => left + (width - left - right) * step / last, y = value => top + (height - top - bottom) * (1 - (Math.max(low, Math.min(high, value)) - low) / (high - low));
  for (const value of ticks(low, high)) {
    target.append(svg("line", { class: "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }));
    target.append(svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, label(value, percent)));
  }
  for (const step of epochs) if (step < last) target.append(svg("line", { class: "epoch", x1: x(step), x2: x(step), y1: top, y2: height - bottom }));
  for (const step of ticks(0, last)) if (step > 0) target.append(svg("text", { x: Math.min(x(step), width - right - 2), y: height - 7, "text-anchor": x(step) > width - 40 ? "end" : "middle" }, step.toLocaleString()));
  if (!plain) target.append(svg("path", { class: "raw", d: path(steps, values, x, y) }));
  target.append(svg("path", { class: "mean", d: path(steps, means, x, y) }));
  for (const { kind, steps: at, values: found } of points) {
    target.append(svg("path", { class: kind, d: path(at, found, x, y) }));
    found.forEach((value, i) => value !== undefined && target.append(svg("circle", { class: kind, cx: x(at[i]), cy: y(value), r: 3.2 })));
  }
}

function path(steps, values, x, y) {
  let text = "", move = true;
  values.forEach((value, i) => {
    if (value === null || value === undefined) { move = true; return; }
    text += `${move ? "M" : "L"}${x(steps[i]).toFixed(1)} ${y(value).toFixed(1)}`;
    move = false;
  });
  return text;
}

function quantile(values, share) {
  const sorted = values.filter(v => v !== null).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

function label(value, percent) {
  if (percent) return `${+(100 * value).toPrecision(4)} %`;
  return value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 1e5) ? value.toExponential(1) : String(+value.toPrecision(3));
}
