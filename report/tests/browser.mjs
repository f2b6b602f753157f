// The page in a real browser: `node report/tests/browser.mjs PAGE.html FOLDER`, with the pictures to be looked at in FOLDER.
// Chromium is `chromium` or $CHROMIUM. Ends with 0 when everything held, and with 1 and the list of what did not.
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./chromium.mjs";

const [file, folder] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node report/tests/browser.mjs PAGE.html FOLDER");
  process.exit(2);
}
const url = pathToFileURL(resolve(file)).href;
mkdirSync(folder, { recursive: true });
const broken = [];
const holds = (what, truth) => { if (!truth) broken.push(what); console.log(`${truth ? "ok  " : "FAIL"} ${what}`); };
const keep = async (page, name, options) => writeFileSync(join(folder, `${name}.png`), await page.screenshot(options));

// What is written beside every picture, as the page holds it.
const FIGURES = "JSON.parse(document.getElementById('figures').textContent).figures";

async function quietAndDrawn(page, name) {
  const outside = page.requests.filter((request) => !/^(file|data|blob):/.test(request));
  holds(`${name}: no request (${outside})`, outside.length === 0);
  holds(`${name}: no error in the console (${page.errors})`, page.errors.length === 0);
  const wrong = await page.value(`Object.entries(${FIGURES}).filter(([id, figure]) => {
    const plot = document.getElementById(id);
    const drawn = plot.querySelectorAll(".scatterlayer .trace, .heatmaplayer .hm").length;
    return plot.data.length !== figure.data.length || drawn === 0;
  }).map(([id]) => id)`);
  holds(`${name}: every picture is drawn (${wrong})`, wrong.length === 0);
}

async function hoverIsExact(page, picture) {
  // The loneliest point of all curves is pointed at (of two in one place, either may answer); what appears must be its text.
  const { x, y, said } = await page.value(`(() => {
    const plot = document.querySelector("${picture}");
    plot.scrollIntoView({ block: "center" });
    const { xaxis, yaxis } = plot._fullLayout;
    const points = plot.data.filter((trace) => trace.name).flatMap((trace) => trace.text.map((said, at) =>
      ({ said, trace, x: xaxis._offset + xaxis.d2p(trace.x[at]), y: yaxis._offset + yaxis.d2p(trace.y[at]) })));
    const apart = (one, other) => Math.hypot(one.x - other.x, one.trace === other.trace ? 0 : one.y - other.y);
    const room = (one) => Math.min(...points.filter((other) => other !== one).map((other) => apart(one, other)));
    const { said, x, y } = points.reduce((best, point) => room(point) > room(best) ? point : best);
    const frame = plot.getBoundingClientRect();
    return { said, x: frame.x + x, y: frame.y + y };
  })()`);
  await page.pointAt(x - 5, y);
  await page.pointAt(x, y);
  const shown = await page.until(`document.querySelector("${picture} .hoverlayer").textContent.includes(${JSON.stringify(said)}) || null`);
  holds(`${picture}: hover says ${said}`, shown);
}

async function keyHidesEverywhere(page) {
  const hidden = `[...document.querySelectorAll(".plot")].every((plot) => {
    const panel = plot.closest(".panel");
    return panel.hidden || plot.data.every((trace) => trace.meta?.system !== 0 || trace.visible === false);
  })`;
  await page.value(`document.querySelector("#key button[data-system='0']").click()`);
  holds("a pressed key hides its system in every picture", await page.value(hidden));
  await page.value(`document.querySelector("#key button[data-system='0']").click()`);
  holds("and pressed again, shows it", !await page.value(hidden));
}

// A server that both the claims and the comparison measured is one system: one key hides it in the pictures of both.
async function claimsShareTheKey(page) {
  if (!await page.value("Boolean(document.getElementById('claims') && document.getElementById('summary'))")) return;
  const shared = await page.value(`(() => {
    const systems = (claims) => new Set(Object.entries(${FIGURES}).filter(([id]) => id.startsWith("claim-") === claims)
      .flatMap(([, figure]) => figure.data.map((trace) => trace.meta?.system)).filter((system) => system !== undefined));
    const compared = systems(false);
    const named = (system) => document.querySelector("#key button[data-system='" + system + "']").textContent.trim().slice(1);
    return [...systems(true)].filter((system) => compared.has(system)).map(named);
  })()`);
  holds(`claims and comparison share their systems (${shared})`, shared.includes("threads"));
}

async function summaryFits(page) {
  const [content, frame] = await page.value(`(() => { const { scrollWidth, clientWidth } = document.querySelector("#summary .scroll"); return [scrollWidth, clientWidth]; })()`);
  holds(`the summary needs no scrolling from side to side (${content} in ${frame})`, content <= frame);
}

// Every picture is a file of the page, in SVG.
async function picturesAreFiles(page) {
  const missing = await page.value(`[...document.querySelectorAll("main > figure")].map((figure) => figure.id).filter((id) => {
    const link = document.querySelector("#downloads a[download='" + id + ".svg']");
    return !link || !atob(link.href.split(",")[1]).startsWith("<svg");
  })`);
  holds(`every picture can be downloaded (${missing})`, missing.length === 0);
}

async function tableSortsAndRefers(page) {
  const column = (title) => `[...document.querySelectorAll("#summary thead th")].findIndex((th) => th.textContent === "${title}")`;
  const values = `[...document.querySelectorAll("#summary tbody tr")].map((row) => row.cells[${column("p99")}].dataset.value).filter(Boolean).map(Number)`;
  await page.value(`document.querySelectorAll("#summary thead th")[${column("p99")}].querySelector("button").click()`);
  const sorted = await page.value(values);
  holds("a pressed heading sorts by it", sorted.length > 0 && sorted.every((value, at) => at === 0 || sorted[at - 1] <= value));
  const choices = await page.value(`document.getElementById("reference").options.length`);
  if (choices < 2) return;
  const notes = `[...document.querySelectorAll("#summary small")].map((note) => note.textContent).join("|")`;
  const before = await page.value(notes);
  await page.value(`(() => { const select = document.getElementById("reference"); select.selectedIndex = 1; select.dispatchEvent(new Event("change")); })()`);
  holds("another reference gives other ratios", before !== await page.value(notes));
}

async function fits(page, name) {
  const [content, window] = await page.value("[document.documentElement.scrollWidth, innerWidth]");
  holds(`${name}: nothing is wider than the screen (${content} in ${window})`, content <= window);
}

// No tick runs into its neighbour, and no title or name is cut at the edge of its picture.
async function isReadable(page, name) {
  const unreadable = await page.value(`[...document.querySelectorAll(".plot")].filter((plot) => {
    const frame = plot.getBoundingClientRect();
    const boxes = (selector) => [...plot.querySelectorAll(selector)].filter((text) => text.textContent.trim()).map((text) => text.getBoundingClientRect());
    const cut = (box) => box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
    const meet = (one, other) => one.left < other.right && other.left < one.right && one.top + 1 < other.bottom && other.top + 1 < one.bottom;
    const neighbours = (boxes) => boxes.some((box, at) => at > 0 && meet(boxes[at - 1], box));
    const ticks = [boxes(".xtick text"), boxes(".ytick text")];
    return ticks.some(neighbours) || [...ticks.flat(), ...boxes(".g-xtitle"), ...boxes(".g-ytitle")].some(cut);
  }).map((plot) => plot.id)`);
  holds(`${name}: every tick and title is readable (${unreadable})`, unreadable.length === 0);
}

async function withoutScripts(browser) {
  const page = await browser.page();
  await page.open(url, { scripts: false });
  await keep(page, "without-scripts");
  const { root } = await page.send("DOM.getDocument");
  const count = async (selector) => (await page.send("DOM.querySelectorAll", { nodeId: root.nodeId, selector })).nodeIds.length;
  holds("without scripts: the verdict is there", await count("#verdict li, #claims li") > 0);
  holds("without scripts: the tables are there", await count("table") > 1);
  holds("without scripts: the pictures are there", await count("noscript img") > 0);
}

const browser = await launch();
try {
  const page = await browser.page();
  await page.open(url, { width: 1200 });
  await quietAndDrawn(page, "light");
  await keep(page, "light");
  await keyHidesEverywhere(page);
  await picturesAreFiles(page);
  if (await page.value("Boolean(document.querySelector('.plot.lanes'))")) await hoverIsExact(page, ".plot.lanes");
  if (await page.value("Boolean(document.getElementById('percentiles'))")) {
    await hoverIsExact(page, "#percentiles .plot");
    await keep(page, "hover", { whole: false });
    await claimsShareTheKey(page);
    await summaryFits(page);
    await tableSortsAndRefers(page);
  }
  await page.send("Emulation.setEmulatedMedia", { media: "print" });
  await keep(page, "print");
  for (const [name, options] of [["dark", { dark: true }], ["narrow", { width: 400 }], ["narrow-dark", { width: 400, dark: true }]]) {
    const page = await browser.page();
    await page.open(url, options);
    await quietAndDrawn(page, name);
    await fits(page, name);
    await isReadable(page, name);
    await keep(page, name);
  }
  await withoutScripts(browser);
} finally {
  await browser.close();
}
if (broken.length > 0) console.error(`${broken.length} did not hold: ${broken.join("; ")}`);
process.exit(broken.length > 0 ? 1 : 0);
