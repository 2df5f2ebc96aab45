export { startWorker, type Worker } from "./worker.js";
