import type { Backend, ModelCatalogue, Work } from "@shap-service/jobs";
import type { RequestHandler } from "express";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { routePattern } from "./route-pattern.js";
import { registerTotals } from "./total-counter.js";

export interface MetricSources {
  readonly backend: Backend;
  readonly models: ModelCatalogue;
  /** Above it, this process answers 503 to new work. */
  readonly limitBytes: number;
  /** Where this process explains chunks itself. */
  readonly work: Work | undefined;
}

/**
 * What Prometheus reads at /metrics. Names carry their units; labels are few and never ids. What one process counts
 * begins again with it; the totals of all processes (total-counter.ts) live as long as the store.
 */
export class Metrics {
  readonly registry = new Registry();
  private readonly requests: Histogram<"method" | "route" | "status">;
  readonly rowsExplained: Counter;

  constructor({ backend, models, limitBytes, work }: MetricSources) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, prefix: "shap_" });
    this.requests = new Histogram({
      name: "shap_http_request_duration_seconds",
      help: "Time from the request's first byte to the answer's last",
      labelNames: ["method", "route", "status"],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 2, 10, 60],
      registers,
    });
    registerTotals(registers, backend.totals, async () => work?.report());
    this.rowsExplained = new Counter({
      name: "shap_request_rows_explained_total",
      help: "Rows explained in direct requests to this process",
      registers,
    });
    new Gauge({
      name: "shap_queue_up",
      help: "1 where the queue's store (Redis, where there is one) answers this process, else 0",
      registers,
      async collect() {
        this.set(
          await backend.queue.ping().then(
            () => 1,
            () => 0,
          ),
        );
      },
    });
    new Gauge({
      name: "shap_memory_limit_bytes",
      help: "Resident set size above which this process answers 503 to new work",
      registers,
      collect() {
        this.set(limitBytes);
      },
    });
    new Gauge({
      name: "shap_queue_chunks",
      help: "Chunks on the queue by state",
      labelNames: ["state"],
      registers,
      async collect() {
        const counts = await backend.queue.counts().catch(() => undefined);
        this.reset();
        for (const [state, count] of Object.entries(counts ?? {})) this.set({ state }, count);
      },
    });
    new Gauge({
      name: "shap_workers_live",
      help: "Registered workers",
      registers,
      async collect() {
        // Left out while Redis is away: how many live is not known then.
        this.remove();
        const workers = await backend.workers.list().catch(() => undefined);
        if (workers !== undefined) this.set(workers.length);
      },
    });
    new Gauge({
      name: "shap_worker_rss_bytes",
      help: "Resident set size of each registered worker, by its service and instance",
      labelNames: ["service", "instance"],
      registers,
      async collect() {
        this.reset();
        const workers = await backend.workers.list().catch(() => []);
        // Several processes may share a service and have no instance: the largest is told.
        for (const { service, instance, rssBytes } of workers.toSorted((a, b) => a.rssBytes - b.rssBytes)) {
          this.set({ service, instance: instance ?? "none" }, rssBytes);
        }
      },
    });
    const tallies: [name: string, help: string, read: () => number][] = [
      [
        "shap_redis_reconnects_total",
        "Times a connection of this process to Redis was made anew",
        () => backend.connections.reconnects,
      ],
      [
        "shap_compile_seconds_total",
        "Time this process spent on compiling explainers",
        () => models.explainers.compileSeconds,
      ],
      [
        "shap_compiled_explainers_total",
        "Explainers compiled by this process",
        () => models.explainers.compiled,
      ],
    ];
    for (const [name, help, read] of tallies) {
      new Counter({
        name,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    }
    new Gauge({
      name: "shap_compiled_explainers_bytes",
      help: "What the kept explainers take",
      registers,
      collect() {
        this.set(models.explainers.bytes);
      },
    });
    new Gauge({
      name: "shap_uploaded_models_bytes",
      help: "What the kept parsed uploads take",
      registers,
      collect() {
        this.set(models.uploadBytes);
      },
    });
  }

  /** Times every request, by its route's pattern and not its address. */
  measure(): RequestHandler {
    return (req, res, next) => {
      const stop = this.requests.startTimer();
      res.once("close", () => {
        stop({ method: req.method, route: routePattern(req, res), status: String(res.statusCode) });
      });
      next();
    };
  }
}
