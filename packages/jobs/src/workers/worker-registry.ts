/** One live worker process, as it last told of itself. */
export interface WorkerRecord {
  /** `<service>-<host>-<pid>-<unix ms>-<uuid>` */
  readonly name: string;
  readonly service: string;
  readonly instance: string | null;
  readonly host: string;
  readonly pid: number;
  readonly commit: string | null;
  /** ISO 8601, as is `heartbeat`. */
  readonly started: string;
  readonly heartbeat: string;
  readonly rssBytes: number;
  /** Rows explained a second since the last heartbeat. */
  readonly rowsPerSecond: number;
  /** The job whose chunk it explains just now. */
  readonly job: string | null;
}

/** What a worker tells of itself. */
export interface Registration extends WorkerRecord {
  /** Random, of this process alone: tells its own registration from one of the same name. Nobody else is told. */
  readonly token: string;
}

/** The port to the list of live workers. A registration that is not renewed is gone after its time. */
export interface WorkerRegistry {
  /** False: the name is taken. */
  register(record: Registration): Promise<boolean>;
  /** Renews a registration; makes it anew where its time was over. */
  heartbeat(record: Registration): Promise<void>;
  deregister(name: string): Promise<void>;
  list(): Promise<WorkerRecord[]>;
  /** Clears what dead workers left. The names that were cleared; none where another process sweeps just now. */
  sweep(): Promise<string[]>;
}
