import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { UsageError } from "./exit-code.js";

/** Text that goes somewhere; `write` waits while the other side is slow. */
export interface TextOutput {
  write(text: string): Promise<void>;
}

/**
 * Where results go. A file appears under its name only when it is whole; until then it stands beside it as
 * `NAME.partial`, and a run that fails removes it.
 */
export class OutputFile implements TextOutput {
  /** Where the bytes go until they are all there. */
  readonly partialPath: string;
  private file: WriteStream | undefined;
  private failure: Error | undefined;

  private constructor(
    readonly path: string | undefined,
    private readonly stdout: NodeJS.WritableStream,
  ) {
    this.partialPath = `${path}.partial`;
  }

  /**
   * @param path absent: standard output
   * @throws UsageError where a file cannot be made there, before any work is done
   */
  static async open(path: string | undefined, stdout: NodeJS.WritableStream): Promise<OutputFile> {
    const output = new OutputFile(path, stdout);
    if (path === undefined) return output;
    const handle = await open(output.partialPath, "w").catch((error: NodeJS.ErrnoException) => {
      const why = error.code === "ENOENT" ? "no such folder" : error.message;
      throw new UsageError(`--out ${path}: ${why}`);
    });
    await handle.close();
    return output;
  }

  async write(text: string): Promise<void> {
    const stream = this.stream();
    const flowing = stream.write(text);
    if (!flowing && this.failure === undefined) {
      await Promise.race([once(stream, "drain"), once(stream, "close")]).catch((error) => {
        this.failure ??= error;
      });
    }
    if (this.failure !== undefined) throw this.failure;
  }

  /** Makes the file appear. */
  async finish(): Promise<void> {
    if (this.file !== undefined) {
      this.file.end();
      await finished(this.file);
    }
    if (this.failure !== undefined) throw this.failure;
    if (this.path !== undefined) await rename(this.partialPath, this.path);
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    if (this.path === undefined) return;
    if (this.file !== undefined && !this.file.closed) {
      this.file.destroy();
      await once(this.file, "close");
    }
    await rm(this.partialPath, { force: true });
  }

  private stream(): NodeJS.WritableStream {
    if (this.path === undefined) return this.stdout;
    if (this.file === undefined) {
      this.file = createWriteStream(this.partialPath);
      this.file.on("error", (error) => {
        this.failure = error;
      });
    }
    return this.file;
  }
}
