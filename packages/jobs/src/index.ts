export { type Backend, type BackendOptions, openBackend } from "./backend.js";
export type { NumberColumn } from "./chunk/arrow-columns.js";
export { bytesPerRow, type RowWidth, rowsWithin } from "./chunk/chunk-bytes.js";
export {
  baseValueColumns,
  decodeResultChunk,
  type Precision,
  predictionColumns,
  type ResultChunk,
  valueColumns,
} from "./chunk/result-chunk.js";
export { ModelNotHereError } from "./explain-chunk.js";
export { explainInPieces, type PieceOptions } from "./explain-in-pieces.js";
export { isFinal, type Job, type JobModel, type JobOptions, type JobState, type NewJob } from "./job.js";
export { JobEndedError, JobIntake, NoWorkerError, newJobId, removeJob } from "./job-intake.js";
export type { RequestCounts } from "./limits/request-counts.js";
export { createLogger, type Logger } from "./log.js";
export { isJsonText } from "./models/background.js";
export { CheckFailedError, ModelRefusedError } from "./models/check/check-model.js";
export { ModelCatalogue, openCatalogue } from "./models/model-catalogue.js";
export {
  type BrokenModel,
  isModelName,
  jobModelOf,
  listedAs,
  type ServedModel,
  summaryOf,
} from "./models/model-file.js";
export { ModelFolderError } from "./models/model-folder.js";
export type { ListedModel } from "./models/model-summary.js";
export { ModelUploads, NoUploadError, UploadsBusyError } from "./models/model-uploads.js";
export { letHeapGrow } from "./process/let-heap-grow.js";
export { type MemoryLevel, MemoryWatch } from "./process/memory-watch.js";
export type { BoardHandler, ChunkQueue, QueueCounts, QueueEvents } from "./queue/chunk-queue.js";
export type { ApiKey, Role } from "./settings/api-keys.js";
export { hostProblems } from "./settings/host.js";
export { readSettings, type Settings, SettingsError } from "./settings/settings.js";
export { type ChunkStore, StoreFullError } from "./store/chunk-store.js";
export type { IdempotencyStore, IdempotentJob } from "./store/idempotency-store.js";
export { type JobStore, StoreUnavailableError } from "./store/job-store.js";
export { filesOf, ModelChangedError } from "./store/model-store.js";
export type { TotalName, Totals } from "./totals/totals.js";
export { Work, type WorkTallies } from "./work.js";
export type { WorkerRecord } from "./workers/worker-registry.js";
