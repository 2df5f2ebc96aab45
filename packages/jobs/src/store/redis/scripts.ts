/**
 * One script a change, so that each is atomic. All take KEYS = job, done, in, out,
 * begun, open jobs, totals (see keys.ts). Each change touches the job and tells of it on the channel `shap:jobs`.
 * `allow-oom`: a full Redis must still be able to count, close and free what it holds; only blobs are refused.
 */
const header = "#!lua flags=allow-oom";

const touchFunction = `
local function touch(now)
  redis.call('HSET', KEYS[1], 'touchedAt', now)
end
local function tell()
  redis.call('PUBLISH', 'shap:jobs', string.match(KEYS[1], '[^:]+$'))
end
`;

const finishFunction = `
${touchFunction}
local function isOpen(state)
  return state == 'queued' or state == 'running'
end
local function expireAll(ttl)
  for i = 1, 5 do redis.call('EXPIRE', KEYS[i], ttl) end
end
local counted = { completed = 'jobsCompleted', failed = 'jobsFailed', cancelled = 'jobsCancelled' }
local function finish(state, now, ttl)
  redis.call('HINCRBY', KEYS[7], counted[state], 1)
  redis.call('HSET', KEYS[1], 'state', state, 'finishedAt', now)
  redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[5])
  redis.call('SREM', KEYS[6], string.match(KEYS[1], '[^:]+$'))
  if state ~= 'completed' then redis.call('UNLINK', KEYS[4]) end
  expireAll(ttl)
end
local function completeIfDone(now, ttl)
  local chunks = redis.call('HGET', KEYS[1], 'chunks')
  if chunks and tonumber(chunks) == redis.call('SCARD', KEYS[2]) then finish('completed', now, ttl) end
end
`;

/** ARGV: spec, now, ttl */
export const createJob = `${header}
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'spec', ARGV[1], 'state', 'queued', 'rowsDone', 0, 'chunksDone', 0, 'createdAt', ARGV[2])
redis.call('HSET', KEYS[1], 'touchedAt', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('SADD', KEYS[6], string.match(KEYS[1], '[^:]+$'))
return 1`;

/** ARGV: now, index, ttl. Gives how often the chunk was begun without an end, this time included; 0: leave it (it is done, or the job is gone). */
export const beginChunk = `${header}
${touchFunction}
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'queued' and state ~= 'running' then return 0 end
if redis.call('SISMEMBER', KEYS[2], ARGV[2]) == 1 then return 0 end
if state == 'queued' then
  redis.call('HSET', KEYS[1], 'state', 'running', 'startedAt', ARGV[1])
  tell()
end
touch(ARGV[1])
local begun = redis.call('HINCRBY', KEYS[5], ARGV[2], 1)
redis.call('EXPIRE', KEYS[5], ARGV[3])
return begun`;

/** ARGV: now */
export const touchJob = `${header}
${touchFunction}
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'queued' and state ~= 'running' then return 0 end
touch(ARGV[1])
return 1`;

/** ARGV: index, rows, now, ttl */
export const finishChunk = `${header}
${finishFunction}
if not isOpen(redis.call('HGET', KEYS[1], 'state')) then return 0 end
if redis.call('SADD', KEYS[2], ARGV[1]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'rowsDone', ARGV[2])
  redis.call('HINCRBY', KEYS[1], 'chunksDone', 1)
  redis.call('HDEL', KEYS[3], ARGV[1])
  redis.call('HDEL', KEYS[5], ARGV[1])
  touch(ARGV[3])
  redis.call('EXPIRE', KEYS[2], ARGV[4])
  completeIfDone(ARGV[3], ARGV[4])
  tell()
end
return 1`;

/** ARGV: rowsTotal, chunks, now, ttl */
export const sealJob = `${header}
${finishFunction}
if not isOpen(redis.call('HGET', KEYS[1], 'state')) then return 0 end
if redis.call('HEXISTS', KEYS[1], 'chunks') == 0 then
  redis.call('HINCRBY', KEYS[7], 'jobsSubmitted', 1)
  redis.call('HINCRBY', KEYS[7], 'jobRowsSubmitted', ARGV[1])
end
redis.call('HSET', KEYS[1], 'rowsTotal', ARGV[1], 'chunks', ARGV[2])
touch(ARGV[3])
completeIfDone(ARGV[3], ARGV[4])
tell()
return 1`;

/** ARGV: failed or cancelled, error or '', now, ttl */
export const endJob = `${header}
${finishFunction}
if not isOpen(redis.call('HGET', KEYS[1], 'state')) then return 0 end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'error', ARGV[2]) end
finish(ARGV[1], ARGV[3], ARGV[4])
tell()
return 1`;

/** A full Redis refuses MULTI, not this: freeing must always work. */
export const removeJob = `${header}
${touchFunction}
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5])
redis.call('SREM', KEYS[6], string.match(KEYS[1], '[^:]+$'))
tell()
return 1`;

/**
 * A blob of a job that is there. KEYS: job, blobs; ARGV: index, bytes, ttl. No allow-oom: this is what a full
 * Redis refuses.
 */
export const putBlob = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
if redis.call('TTL', KEYS[2]) < 0 then redis.call('EXPIRE', KEYS[2], ARGV[3]) end
return 1`;
