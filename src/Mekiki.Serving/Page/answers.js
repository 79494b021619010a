// Shows an answer: the best classes, why, and what it really is.

import { correct, explain, similar } from "./service.js";
import { percent, told, words } from "./words.js";

/** An element with properties and children. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** A button. */
export const button = (text, act, className = "small") => {
  const made = element("button", { type: "button", textContent: text, className });
  made.addEventListener("click", act);
  return made;
};

/** The heat map of a picture, as an image. */
export async function heatMap(model, picture) {
  const image = element("img", { className: "heat", alt: words.heat, title: words.heat });
  image.src = URL.createObjectURL(await explain(model, picture));
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  return image;
}

/** The training images that are most like a picture, each with its class; nothing while they are still looked at. */
export async function similarImages(model, picture) {
  let images;
  try {
    images = await similar(model, picture);
  } catch (problem) {
    if (problem.status === 503)
      return element("p", { className: "hint", textContent: words.notYet });
    throw problem;
  }
  const list = element("ul", { className: "similar" }, ...images.map(one => element("li", { title: one.image },
    element("img", { src: `data:image/png;base64,${one.picture}`, alt: "" }), element("span", { textContent: one.label }), element("small", { textContent: one.similarity.toFixed(2) }))));
  return element("div", {}, element("p", { className: "hint", textContent: words.similar }), list);
}

/** A form in which a person says what it really is. */
export function correction(model, classes, picture, answer, tell) {
  const input = element("input", { required: true, autocomplete: "off" });
  input.setAttribute("list", "classes");
  input.setAttribute("aria-label", words.isReally);
  const said = element("span", { className: "ok" });
  said.setAttribute("role", "status");
  const form = element("form", { className: "correct" }, element("span", { textContent: words.isReally, ariaHidden: "true" }), input, element("button", { className: "small", textContent: words.save }), said);
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const label = input.value.trim();
    if (!classes.includes(label)) {
      said.className = "error";
      said.textContent = words.notClass;
      return;
    }
    try {
      await correct(model, await picture(), label, answer);
      said.className = "ok";
      said.textContent = words.saved;
    } catch (problem) {
      tell(problem);
    }
  });
  return form;
}

/** The answer of one model, with bars. It is changed in place by show(). */
export class AnswerView {
  root = element("div", { className: "answer" });
  #best = element("p", { className: "best" }); #unknown = element("p", { className: "unknown", textContent: words.unknown, hidden: true });
  #rows = element("tbody"); #more = element("div");

  constructor(title) {
    const caption = element("caption", { className: "hidden", textContent: words.table });
    this.root.append(element("h3", { textContent: title }), this.#best, this.#unknown, element("table", { className: "top" }, caption, this.#rows), this.#more);
  }

  show(answer) {
    const text = told(answer), has = new Set(answer.labels?.map(l => l.label));
    this.#best.textContent = text;
    this.#best.classList.toggle("long", [...text].length > 3);
    this.#unknown.hidden = !answer.unknown;
    this.#rows.replaceChildren(...answer.top.map(({ label, probability }) => {
      const meter = element("meter", { min: 0, max: 1, value: probability });
      meter.setAttribute("aria-label", label);
      return element("tr", { className: has.has(label) ? "has" : "" }, element("td", { textContent: label }), element("td", {}, meter), element("td", { className: "n", textContent: percent(probability) }));
    }));
  }

  /** What stands below the bars. */
  below(...children) { this.#more.replaceChildren(...children); }
}
