import type { ModelRecord, ModelStore } from "../store/model-store.js";
import { parseModel, type ServedModel } from "./model-file.js";
import { memoryOf } from "./model-memory.js";
import { RecentlyUsed } from "./recently-used.js";

/** What parsed uploads may take in all. */
const BUDGET_BYTES = 64 * 2 ** 20;
/** Changes are told; what was missed is seen after this. */
const LOOK_EVERY_MS = 30_000;
/** How soon the store is asked again when it was away. */
const RETRY_MS = 1000;

/** An upload that was accepted once and cannot be read back as what it was. */
export class UploadDamagedError extends Error {
  override readonly name = "UploadDamagedError";
}

/**
 * The uploaded models as this process knows them. Records are known beforehand and followed; files are read and parsed
 * when a request or a job needs them, and kept under a byte budget. What is known goes on being served while the store
 * is away.
 */
export class UploadedModels {
  private records: ReadonlyMap<string, ModelRecord> = new Map();
  private readonly parsed: RecentlyUsed<ServedModel>;
  /** Being read just now, so that ten requests read one file once. */
  private readonly reading = new Map<string, Promise<ServedModel | undefined>>();
  private stopWatching = () => {};
  private timer: NodeJS.Timeout | undefined;
  /** The number of the latest look, and of the one whose answer is known. */
  private looks = 0;
  private seen = 0;
  private closed = false;

  /** @param onEvict called with version and background of a parsed model that went for want of room */
  constructor(
    private readonly store: ModelStore,
    onEvict: (key: string) => void = () => {},
    budgetBytes = BUDGET_BYTES,
  ) {
    this.parsed = new RecentlyUsed(budgetBytes, (key) => onEvict(key.slice(key.indexOf("/") + 1)));
  }

  /** What parsed uploads take, for metrics. */
  get bytes(): number {
    return this.parsed.bytes;
  }

  list(): ModelRecord[] {
    return [...this.records.values()];
  }

  knows(name: string): boolean {
    return this.records.has(name);
  }

  /** Reads the records, and again whenever they change, until `close`. A store that is away is asked again. */
  async follow(): Promise<void> {
    this.stopWatching = this.store.watch(() => void this.look());
    await this.look();
  }

  close(): void {
    this.stopWatching();
    clearTimeout(this.timer);
    this.closed = true;
  }

  /**
   * The model that is current under a name.
   * @throws StoreUnavailableError where it must be read and the store is away
   */
  async get(name: string): Promise<ServedModel | undefined> {
    const known = this.records.get(name);
    const served = known && (await this.version(name, known.version, known.backgroundVersion));
    if (served !== undefined) return served;
    // Another instance may have taken it in a moment ago, or another version long ago while this one was cut off.
    const record = await this.store.get(name);
    if (record === undefined) return undefined;
    this.records = new Map(this.records).set(name, record);
    return this.version(name, record.version, record.backgroundVersion);
  }

  /**
   * One version, current or replaced a while ago.
   * @throws StoreUnavailableError, UploadDamagedError
   */
  version(name: string, version: string, backgroundVersion?: string): Promise<ServedModel | undefined> {
    const key = `${name}/${version}/${backgroundVersion}`;
    const known = this.parsed.get(key);
    if (known !== undefined) return Promise.resolve(known);
    let reading = this.reading.get(key);
    if (reading === undefined) {
      reading = this.read(name, version, backgroundVersion).finally(() => this.reading.delete(key));
      this.reading.set(key, reading);
    }
    return reading;
  }

  private async read(name: string, version: string, backgroundVersion?: string) {
    const file = await this.store.file(name, version);
    if (file === undefined) return undefined;
    const background =
      backgroundVersion === undefined ? undefined : await this.store.file(name, backgroundVersion);
    if (backgroundVersion !== undefined && background === undefined) return undefined;
    const served = parseModel(name, file, background, "upload");
    if (served.version !== version || served.backgroundVersion !== backgroundVersion) {
      throw new UploadDamagedError(`the stored file of model ${name} is not the one that was uploaded`);
    }
    this.parsed.add(`${name}/${version}/${backgroundVersion}`, served, memoryOf(served));
    return served;
  }

  /** Reads the records anew. Answers may overtake each other: an older one does not undo a newer one. */
  async look(): Promise<void> {
    clearTimeout(this.timer);
    const look = ++this.looks;
    let again = LOOK_EVERY_MS;
    try {
      const records = await this.store.list();
      if (look > this.seen) {
        this.seen = look;
        this.records = new Map(records.map((record) => [record.name, record]));
      }
    } catch {
      // What is known goes on being served; the connection tells what is wrong.
      again = RETRY_MS;
    }
    if (look === this.looks && !this.closed) this.timer = setTimeout(() => void this.look(), again).unref();
  }
}
