/** A render.yaml for this system with every field declared; `shap-deploy check` finds no failure in it. */
export function blueprintTemplate({
  base,
  region,
  stamp,
}: {
  base: string;
  region: string;
  stamp: string;
}): string {
  const redis = `{ key: REDIS_URL, fromService: { type: keyvalue, name: ${base}-queue, property: connectionString } }`;
  const build = "unset NODE_OPTIONS && npm ci --include=dev && npm run build";
  return `# What runs on Render. Every field is declared, because what a Blueprint leaves open keeps what the dashboard last said.
services:
  # The HTTP API: answers small requests itself, turns large ones into jobs.
  - type: web
    name: ${base}-web
    runtime: node
    plan: starter # 512 MB, 0.5 CPU
    region: ${region} # the same for all three: Key Value is reached inside its region
    autoDeployTrigger: commit
    numInstances: 1
    buildCommand: ${build}
    startCommand: node packages/web/dist/main.js
    healthCheckPath: /health
    maxShutdownDelaySeconds: 60
    buildFilter:
      paths: []
      ignoredPaths: [docs/**, "**/*.md"]
    envVars:
      - { key: HOST, value: 0.0.0.0 }
      - { key: SHAP_MAX_SYNC_ROWS, value: "1000" }
      - { key: SHAP_MAX_MODEL_MB, value: "50" }
      - { key: SHAP_MODEL_CHECK_SECONDS, value: "15" }
      - { key: SHAP_MODEL_CHECK_MEMORY_MB, value: "240" }
      - { key: SHAP_RATE_LIMIT_PER_MINUTE, value: "120000" }
      - { key: SHAP_API_KEY, generateValue: true } # the admin key; Render makes it and keeps it
      - ${redis}
      - fromGroup: ${base}-settings

  # Explains the rows of jobs. shap-deploy gives it a fresh name at each deploy (UTC YYYYMMDDHHmmss).
  - type: worker
    name: ${base}-worker-${stamp}
    runtime: node
    plan: starter
    region: ${region}
    autoDeployTrigger: commit
    numInstances: 1
    buildCommand: ${build}
    startCommand: node packages/worker/dist/main.js
    maxShutdownDelaySeconds: 120 # time to finish the chunk in work
    buildFilter:
      paths: []
      ignoredPaths: [docs/**, "**/*.md"]
    envVars:
      - ${redis}
      - fromGroup: ${base}-settings

  # The queue, job states and result chunks.
  - type: keyvalue
    name: ${base}-queue
    plan: starter
    region: ${region}
    maxmemoryPolicy: noeviction # a queue must never throw entries away
    persistenceMode: journal-snapshot
    ipAllowList: [] # reachable from this workspace's services only

envVarGroups:
  # What web and worker must agree on.
  - name: ${base}-settings
    envVars:
      - { key: NODE_OPTIONS, value: --max-old-space-size=256 --max-semi-space-size=16 }
      - { key: MAX_MEMORY_MB, value: "475" }
      - { key: MEMORY_OPTIMIZATION, value: "true" }
      - { key: AGGRESSIVE_MEMORY_MANAGEMENT, value: "false" }
      - { key: REDIS_TIMEOUT, value: "10" }
      - { key: REDIS_SOCKET_KEEPALIVE, value: "true" }
      - { key: REDIS_HEALTH_CHECK_INTERVAL, value: "30" }
      - { key: SHAP_MAX_BATCH_SIZE, value: "500" }
      - { key: SHAP_MODEL_DIR, value: ./models }
      - { key: SHAP_ALLOW_FALLBACK_MODEL, value: "false" }
      - { key: SHAP_JOB_TTL_HOURS, value: "24" }
      - { key: SHAP_CHUNK_LOCK_SECONDS, value: "30" }
      - { key: SHAP_SHUTDOWN_SECONDS, value: "20" }
      - { key: LOG_LEVEL, value: info }
`;
}
