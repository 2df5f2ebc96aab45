/**
 * One script a change, so that each is atomic. All take KEYS = job, done, in, out (see keys.ts).
 * `allow-oom`: a full Redis must still be able to count, close and free what it holds; only blobs are refused.
 */
const header = "#!lua flags=allow-oom";

const finishFunction = `
local function isOpen(state)
  return state == 'queued' or state == 'running'
end
local function expireAll(ttl)
  for i = 1, 4 do redis.call('EXPIRE', KEYS[i], ttl) end
end
local function finish(state, now, ttl)
  redis.call('HSET', KEYS[1], 'state', state, 'finishedAt', now)
  redis.call('UNLINK', KEYS[2], KEYS[3])
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
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1`;

/** ARGV: now */
export const beginChunk = `${header}
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'queued' then
  redis.call('HSET', KEYS[1], 'state', 'running', 'startedAt', ARGV[1])
  return 1
end
return state == 'running' and 1 or 0`;

/** ARGV: index, rows, now, ttl */
export const finishChunk = `${header}
${finishFunction}
if not isOpen(redis.call('HGET', KEYS[1], 'state')) then return 0 end
if redis.call('SADD', KEYS[2], ARGV[1]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'rowsDone', ARGV[2])
  redis.call('HINCRBY', KEYS[1], 'chunksDone', 1)
  redis.call('HDEL', KEYS[3], ARGV[1])
  redis.call('EXPIRE', KEYS[2], ARGV[4])
  completeIfDone(ARGV[3], ARGV[4])
end
return 1`;

/** ARGV: rowsTotal, chunks, now, ttl */
export const sealJob = `${header}
${finishFunction}
if not isOpen(redis.call('HGET', KEYS[1], 'state')) then return 0 end
redis.call('HSET', KEYS[1], 'rowsTotal', ARGV[1], 'chunks', ARGV[2])
completeIfDone(ARGV[3], ARGV[4])
return 1`;

/** ARGV: failed or cancelled, error or '', now, ttl */
export const endJob = `${header}
${finishFunction}
if not isOpen(redis.call('HGET', KEYS[1], 'state')) then return 0 end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'error', ARGV[2]) end
finish(ARGV[1], ARGV[3], ARGV[4])
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
