import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { until } from "../../jobs/test/until.js";

type Json = Record<string, unknown>;

/** A page in a real, headless Chromium, driven by its debugging protocol over a pipe. */
export class ChromiumPage {
  /** What the console said: errors, and what the content security policy kept out. */
  readonly complaints: string[] = [];
  private readonly profile = mkdtempSync(join(tmpdir(), "shap-chromium-"));
  private readonly browser: ChildProcess;
  private readonly answers = new Map<number, (message: Json) => void>();
  private session: string | undefined;
  private lastId = 0;

  /** @param password what the page is told when a server asks for one */
  static async open(url: string, password: string): Promise<ChromiumPage> {
    const page = new ChromiumPage(password);
    const { targetId } = await page.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await page.send("Target.attachToTarget", { targetId, flatten: true });
    page.session = String(sessionId);
    await page.send("Log.enable");
    await page.send("Fetch.enable", { handleAuthRequests: true });
    await page.send("Page.navigate", { url });
    return page;
  }

  private constructor(private readonly password: string) {
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
    ];
    this.browser = spawn(
      "chromium",
      [...flags, `--user-data-dir=${this.profile}`, "--remote-debugging-pipe"],
      { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
    );
    let rest = "";
    (this.browser.stdio[4] as Readable).setEncoding("utf8").on("data", (text: string) => {
      const messages = (rest + text).split("\0");
      rest = messages.pop()!;
      for (const message of messages) this.hear(JSON.parse(message) as Json);
    });
  }

  /** The page's text once it matches. */
  async says(pattern: RegExp): Promise<string> {
    return until(async () => {
      const text = String(await this.evaluate("document.body?.innerText ?? ''"));
      return pattern.test(text) ? text : undefined;
    });
  }

  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.send("Runtime.evaluate", { expression, returnByValue: true });
    return (result as Json | undefined)?.value;
  }

  async close(): Promise<void> {
    const gone = once(this.browser, "close");
    // Told so, it ends its children before itself; none is left to write to the profile.
    void this.send("Browser.close");
    await gone;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  private send(method: string, params: Json = {}): Promise<Json> {
    const id = ++this.lastId;
    const message = {
      id,
      method,
      params,
      ...(this.session === undefined ? {} : { sessionId: this.session }),
    };
    (this.browser.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    return new Promise((resolve) => this.answers.set(id, resolve));
  }

  private hear({ id, result, method, params }: Json): void {
    if (typeof id === "number") {
      this.answers.get(id)?.((result ?? {}) as Json);
      this.answers.delete(id);
      return;
    }
    const event = (params ?? {}) as Json;
    const { requestId } = event;
    if (method === "Log.entryAdded") this.complaints.push(JSON.stringify(event.entry));
    else if (method === "Fetch.requestPaused") void this.send("Fetch.continueRequest", { requestId });
    else if (method === "Fetch.authRequired") {
      const authChallengeResponse = {
        response: "ProvideCredentials",
        username: "anyone",
        password: this.password,
      };
      void this.send("Fetch.continueWithAuth", { requestId, authChallengeResponse });
    }
  }
}
