// Shows the OpenAPI document so that a person can read it.

import { element } from "./answers.js";

const text = await (await fetch("/openapi/v1.json")).json();
const origin = location.origin;
const routes = document.getElementById("routes");
for (const tag of text.tags) {
  routes.append(element("h2", { textContent: tag.name }), element("p", { textContent: tag.description }));
  for (const [path, methods] of Object.entries(text.paths))
    for (const [method, route] of Object.entries(methods).filter(([, r]) => r.tags?.[0] === tag.name)) {
      const parameters = (route.parameters ?? []).filter(p => p.in === "query").map(p => element("li", {}, element("code", { textContent: p.name }), ` ${p.description}`));
      const codes = Object.entries(route.responses).map(([code, r]) => element("li", {}, element("code", { textContent: code }), ` ${r.description ?? text.components.responses[r.$ref?.split("/").pop()].description}`));
      routes.append(element("div", { className: "route" },
        element("h3", {}, element("span", { className: "verb", textContent: method.toUpperCase() }), ` ${path}`),
        element("p", { textContent: `${route.summary}${route.description ? ` ${route.description}` : ""}` }),
        ...parameters.length > 0 ? [element("ul", {}, ...parameters)] : [],
        ...route["x-example"] ? [element("pre", { textContent: route["x-example"].replaceAll("ORIGIN", origin), tabIndex: 0 })] : [],
        element("details", {}, element("summary", { textContent: "Answers" }), element("ul", {}, ...codes))));
    }
}
document.body.dataset.ready = "yes";
