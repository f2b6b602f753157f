// What the page does beyond being read: draws the figures, hides systems, sorts tables, changes the reference and the theme.
"use strict";
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const data = byId("figures") ? JSON.parse(byId("figures").textContent) : { figures: {}, references: {} };
  const hidden = new Set();

  // A figure names its colours; the style sheet knows them, and knows the theme.
  const painted = (figure) => {
    const style = getComputedStyle(root);
    const value = (name) => style.getPropertyValue("--" + name).trim();
    // A whole text, or the colour of a word within one.
    const text = JSON.stringify(figure)
      .replace(/"@([a-z]+(?:-\d+)?)"/g, (_, name) => JSON.stringify(value(name)))
      .replace(/color:@(series-\d+)/g, (_, name) => "color:" + value(name));
    return JSON.parse(text);
  };

  // A text in lines of at most so many letters, broken at its spaces.
  const inLines = (text, letters) => text.split(" ").reduce((lines, word) => {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + word.length < letters) lines[lines.length - 1] = last + " " + word; else lines.push(word);
    return lines;
  }, []).join("<br>");

  // What a title or a name needs is broken into lines. Ticks that would overlap lose their names: of two neighbours the later one, which is further
  // into the tail, keeps its own.
  const fitted = (layout, { clientWidth: width, clientHeight: height, classList }) => {
    const { xaxis, yaxis, margin } = layout;
    const lanes = classList.contains("lanes");
    if (lanes) yaxis.ticktext = yaxis.ticktext.map((text) => inLines(text, width < 600 ? 24 : 40));
    const names = Math.max(0, ...yaxis.ticktext.flatMap((text) => text.split("<br>")).map((line) => line.length)) * 7.5;
    const room = width - Math.max(margin.l, names + 34) - margin.r - 12;
    xaxis.title.text = inLines(xaxis.title.text, room / 8);
    yaxis.title.text = inLines(yaxis.title.text, (height - margin.t - margin.b) / 9);
    const [low, high] = xaxis.range;
    const place = (value) => ((xaxis.type === "log" ? Math.log10(value) : value) - low) / (high - low) * room;
    let free = Infinity;
    xaxis.ticktext = xaxis.ticktext.map((text, at) => [text, place(xaxis.tickvals[at])]).reverse().map(([text, at]) => {
      const half = text.length * 4;
      if (at + half > free) return " ";
      free = at - half - 6;
      return text;
    }).reverse();
    return layout;
  };

  // No cloud, no logo, no address to send anything to.
  const config = { displaylogo: false, responsive: true, showSendToCloud: false, plotlyServerURL: "",
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"], toImageButtonOptions: { format: "svg" } };

  const draw = () => {
    for (const [id, figure] of Object.entries(data.figures)) {
      const { data: traces, layout } = painted(figure);
      for (const trace of traces) {
        if (trace.meta && hidden.has(trace.meta.system)) trace.visible = false;
      }
      const element = byId(id);
      Plotly.react(element, traces, fitted(layout, element), config);
    }
  };

  // Panels of one system alone, such as heat maps, go with their system.
  const toggle = (button) => {
    const system = Number(button.dataset.system);
    const show = hidden.has(system);
    if (show) hidden.delete(system); else hidden.add(system);
    button.setAttribute("aria-pressed", String(show));
    all(`.panel[data-system="${system}"]`).forEach((panel) => { panel.hidden = !show; });
    draw();
  };
  all("#key button").forEach((button) => button.addEventListener("click", () => toggle(button)));

  // The pictures that a reader without scripts sees are the page's own SVG files: offered once more, they take no second room.
  for (const figure of all("main > figure")) {
    const noscript = figure.querySelector("noscript");
    const [, source] = (noscript && noscript.textContent.match(/src="([^"]+)"/)) || [];
    if (!source) continue;
    const name = figure.id + ".svg";
    const link = Object.assign(document.createElement("a"), { download: name, href: source, textContent: name });
    all("#downloads li").find((item) => item.querySelector(`[download="${figure.id}.csv"]`))?.append(" · ", link);
  }

  const words = (row, column) => row.cells[column].textContent;
  // A heading is pressed: numbers from the least, words by the alphabet, again for the other way.
  const sortBy = (table, column, heading) => {
    const rising = heading.getAttribute("aria-sort") !== "ascending";
    all("thead th", table).forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const key = (row) => row.cells[column].dataset.value;
    const order = (a, b) => {
      if (key(a) !== undefined && key(b) !== undefined) return Number(key(a)) - Number(key(b));
      if (key(a) !== undefined || key(b) !== undefined) return key(a) !== undefined ? -1 : 1;
      return words(a, column).localeCompare(words(b, column));
    };
    const body = table.tBodies[0];
    const rows = Array.from(body.rows).sort(order);
    (rising ? rows : rows.reverse()).forEach((row) => body.append(row));
  };
  for (const table of all("table.sortable")) {
    Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sortBy(table, column, heading));
    });
  }

  // The ratios to every possible reference were computed with the rest; choosing one only shows them.
  const references = Object.keys(data.references);
  if (references.length > 1) {
    const select = byId("reference");
    references.forEach((label) => select.add(new Option(label, label, label === data.reference, label === data.reference)));
    byId("reference-tools").hidden = false;
    select.addEventListener("change", () => {
      for (const row of all("#summary tbody tr")) {
        data.references[select.value].rows[row.dataset.row].forEach((note, column) => {
          const cell = row.cells[column];
          const small = cell.querySelector("small");
          if (small) small.remove();
          if (note) cell.append(Object.assign(document.createElement("small"), { textContent: note }));
        });
      }
      byId("ratio-note").textContent = data.references[select.value].note;
    });
  }

  // The theme follows the system until it is chosen; #dark and #light choose it in the address.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = byId("theme");
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const show = () => { theme.textContent = isDark() ? "Light" : "Dark"; draw(); };
  if (location.hash === "#dark" || location.hash === "#light") root.dataset.theme = location.hash.slice(1);
  theme.hidden = false;
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; show(); });
  dark.addEventListener("change", show);

  // Paper is light.
  let before = root.dataset.theme;
  addEventListener("beforeprint", () => { before = root.dataset.theme; root.dataset.theme = "light"; draw(); });
  addEventListener("afterprint", () => { if (before) root.dataset.theme = before; else delete root.dataset.theme; draw(); });

  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; draw(); } });
  show();
})();
