import { execa } from "execa";
import { RenderLocalError } from "../errors.js";

/**
 * Whether each instance can have its own namespaces here, found out by trying.
 *
 * @returns undefined when it can, else the reason it cannot
 */
export async function whyNoNamespaces(): Promise<string | undefined> {
  if (process.platform !== "linux") return `namespaces are a part of Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "namespaces need root";
  const trial = await execa(
    "unshare",
    ["--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc", "hostname", "render-local"],
    { reject: false },
  );
  return trial.exitCode === 0 ? undefined : `unshare failed: ${trial.stderr?.trim() || trial.shortMessage}`;
}

/** @throws RenderLocalError with the reason and the way out when namespaces cannot be had */
export async function requireNamespaces(): Promise<void> {
  const reason = await whyNoNamespaces();
  if (reason) {
    throw new RenderLocalError(
      `--isolation namespaces is not possible here: ${reason}. Use --isolation process.`,
    );
  }
}
