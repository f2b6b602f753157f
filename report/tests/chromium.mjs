// Drives Chromium over its debugging pipe (the DevTools protocol), without any package: what the browser test needs, no more.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Starts a browser without network, and returns it with `page()` and `close()`.
export async function launch(program = process.env.CHROMIUM || "chromium") {
  const profile = mkdtempSync(join(tmpdir(), "chromium-"));
  const child = spawn(program, ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe",
    `--user-data-dir=${profile}`, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const [, , , toBrowser, fromBrowser] = child.stdio;
  const waiting = new Map();
  const listeners = new Set();
  let last = 0;
  let rest = "";

  // Messages are JSON, each ended by a zero byte.
  fromBrowser.setEncoding("utf8");
  fromBrowser.on("data", (chunk) => {
    const parts = (rest + chunk).split("\0");
    rest = parts.pop();
    for (const message of parts.map((part) => JSON.parse(part))) {
      if (message.id === undefined) { listeners.forEach((listener) => listener(message)); continue; }
      const { resolve, reject } = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) reject(new Error(message.error.message)); else resolve(message.result);
    }
  });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  gone.then(() => waiting.forEach(({ reject }) => reject(new Error("the browser ended"))));

  const send = (method, params = {}, sessionId) => new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject });
    toBrowser.write(JSON.stringify({ id: last, method, params, sessionId }) + "\0");
  });

  const page = async () => {
    const { targetId } = await send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
    return new Page((method, params) => send(method, params, sessionId), sessionId, listeners);
  };
  const close = async () => {
    await send("Browser.close").catch(() => {});
    await gone;
    rmSync(profile, { recursive: true, force: true });
  };
  return { page, close };
}

class Page {
  constructor(send, session, listeners) {
    Object.assign(this, { send, requests: [], errors: [] });
    this.loaded = () => {};
    listeners.add(({ sessionId, method, params }) => {
      if (sessionId !== session) return;
      if (method === "Network.requestWillBeSent") this.requests.push(params.request.url);
      if (method === "Runtime.exceptionThrown") this.errors.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
      if (method === "Runtime.consoleAPICalled" && params.type === "error") this.errors.push(params.args.map((arg) => arg.value ?? arg.description).join(" "));
      if (method === "Log.entryAdded" && params.entry.level === "error") this.errors.push(params.entry.text);
      if (method === "Page.loadEventFired") this.loaded();
    });
  }

  // Opens an address and waits until it is loaded.
  async open(url, { width = 1280, height = 900, dark = false, scripts = true } = {}) {
    for (const domain of ["Network", "Runtime", "Log", "Page"]) await this.send(`${domain}.enable`);
    await this.send("Emulation.setScriptExecutionDisabled", { value: !scripts });
    await this.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    await this.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
    this.requests.length = 0;
    this.errors.length = 0;
    const loaded = new Promise((resolve) => { this.loaded = resolve; });
    await this.send("Page.navigate", { url });
    await loaded;
  }

  // The value of an expression in the page; a promise is waited for.
  async value(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  // The first value of an expression that is not null, looked for at every frame; null when none came in five seconds.
  async until(expression) {
    return this.value(`new Promise((resolve) => {
      const end = performance.now() + 5000;
      const look = () => {
        const found = ${expression};
        if (found !== null || performance.now() > end) resolve(found); else requestAnimationFrame(look);
      };
      look();
    })`);
  }

  async pointAt(x, y) {
    await this.send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y });
  }

  // The whole page, or what is in sight, as PNG.
  async screenshot({ whole = true } = {}) {
    const { data } = await this.send("Page.captureScreenshot", { captureBeyondViewport: whole, ...(whole && { clip: await this.extent() }) });
    return Buffer.from(data, "base64");
  }

  async extent() {
    const { cssContentSize } = await this.send("Page.getLayoutMetrics");
    return { ...cssContentSize, scale: 1 };
  }
}
