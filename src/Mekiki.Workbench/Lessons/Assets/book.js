(() => {
  "use strict";
  const root = document.documentElement, asked = new URLSearchParams(location.search);
  // A page that is opened from a folder may not be allowed to keep anything.
  const kept = name => { try { return localStorage.getItem("mekiki-" + name); } catch { return null; } };
  const keep = (name, value) => { try { localStorage.setItem("mekiki-" + name, value); } catch { /* the ways carry it */ } };
  const own = (navigator.language || "").startsWith("ja") ? "ja" : "en";
  let language = asked.get("language") || kept("language") || root.dataset.asked || own, theme = asked.get("theme") || kept("theme") || "";

  const apply = () => {
    root.dataset.language = language;
    root.lang = language === "ja" ? "ja" : "en";
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    for (const button of document.querySelectorAll("[data-set]")) button.setAttribute("aria-pressed", button.dataset.set === language);
    for (const way of document.querySelectorAll("a[data-way]")) way.href = way.getAttribute("href").split("?")[0] + "?language=" + language + (theme ? "&theme=" + theme : "");
  };

  document.querySelector(".switches").hidden = false;
  for (const button of document.querySelectorAll("[data-set]"))
    button.addEventListener("click", () => { language = button.dataset.set; keep("language", language); apply(); });
  document.getElementById("theme").addEventListener("click", () => {
    const isDark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    theme = isDark ? "light" : "dark";
    keep("theme", theme);
    apply();
  });
  apply();

  const field = document.getElementById("search");
  if (!field) return;
  const texts = JSON.parse(document.getElementById("texts").textContent), found = document.getElementById("found");
  document.querySelector(".search").hidden = false;
  const shown = (text, at, length) => {
    const item = document.createElement("li"), hit = document.createElement("mark");
    hit.textContent = text.slice(at, at + length);
    item.append((at > 30 ? "…" : "") + text.slice(Math.max(0, at - 30), at), hit, text.slice(at + length, at + length + 60));
    return item;
  };
  const search = () => {
    const wanted = field.value.trim().toLowerCase();
    let pages = 0;
    for (const item of document.querySelectorAll("[data-lesson]")) {
      const hits = item.querySelector(".hits"), list = [];
      if (wanted)
        for (const [english, japanese] of texts[item.dataset.lesson] || [])
          for (const text of language === "en" ? [english] : language === "ja" ? [japanese] : [english, japanese]) {
            const at = text.toLowerCase().indexOf(wanted);
            if (at >= 0 && list.length < 3) list.push(shown(text, at, wanted.length));
          }
      hits.replaceChildren(...list);
      hits.hidden = list.length === 0;
      item.hidden = wanted !== "" && list.length === 0;
      pages += list.length > 0 ? 1 : 0;
    }
    found.textContent = wanted ? String(pages) : "";
  };
  field.addEventListener("input", search);
  if (asked.get("search")) { field.value = asked.get("search"); search(); }
})();
