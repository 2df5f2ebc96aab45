/**
 * One script a change, so that each is atomic. All take KEYS = job, done, in, out,
 * runs, open jobs, totals (see keys.ts). Each change touches the job and tells of it on the channel `shap:jobs`.
 * Harmless when repeated: a command whose answer got lost may be sent again, or run late. Time is Redis's own, since the
 * clocks of two machines may differ.
 * `allow-oom`: a full Redis must still be able to count, close and free what it holds; only blobs are refused.
 */
const header = "#!lua flags=allow-oom";

const touchFunction = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function touch()
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
local function finish(state, ttl)
  redis.call('HINCRBY', KEYS[7], counted[state], 1)
  redis.call('HSET', KEYS[1], 'state', state, 'finishedAt', now)
  redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[5])
  redis.call('SREM', KEYS[6], string.match(KEYS[1], '[^:]+$'))
  if state ~= 'completed' then redis.call('UNLINK', KEYS[4]) end
  expireAll(ttl)
end
local function completeIfDone(ttl)
  local chunks = redis.call('HGET', KEYS[1], 'chunks')
  if chunks and tonumber(chunks) == redis.call('SCARD', KEYS[2]) then finish('completed', ttl) end
end
`;

/** ARGV: spec, ttl */
export const createJob = `${header}
${touchFunction}
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'spec', ARGV[1], 'state', 'queued', 'rowsDone', 0, 'chunksDone', 0, 'createdAt', now)
touch()
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('SADD', KEYS[6], string.match(KEYS[1], '[^:]+$'))
return 1`;

/**
 * ARGV: index, run, ttl. Gives how many runs began the chunk and did not end, this one included, however often it says so;
 * 0: leave it (it is done, or the job is gone).
 */
export const beginChunk = `${header}
${touchFunction}
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'queued' and state ~= 'running' then return 0 end
if redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 1 then return 0 end
if state == 'queued' then
  redis.call('HSET', KEYS[1], 'state', 'running', 'startedAt', now)
  tell()
end
touch()
local runs = redis.call('HGET', KEYS[5], ARGV[1]) or ''
if not string.find(runs, ARGV[2], 1, true) then
  runs = runs .. ARGV[2] .. ' '
  redis.call('HSET', KEYS[5], ARGV[1], runs)
  redis.call('EXPIRE', KEYS[5], ARGV[3])
end
local _, count = string.gsub(runs, ' ', ' ')
return count`;

/** ARGV: index, run */
export const leaveChunk = `${header}
local runs = redis.call('HGET', KEYS[5], ARGV[1]) or ''
local from, to = string.find(runs, ARGV[2] .. ' ', 1, true)
if not from then return 0 end
local left = string.sub(runs, 1, from - 1) .. string.sub(runs, to + 1)
if left == '' then redis.call('HDEL', KEYS[5], ARGV[1]) else redis.call('HSET', KEYS[5], ARGV[1], left) end
return 1`;

export const touchJob = `${header}
${touchFunction}
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'queued' and state ~= 'running' then return 0 end
touch()
return 1`;

/** ARGV: index, rows, ttl */
export const finishChunk = `${header}
${finishFunction}
if not isOpen(redis.call('HGET', KEYS[1], 'state')) then return 0 end
if redis.call('SADD', KEYS[2], ARGV[1]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'rowsDone', ARGV[2])
  redis.call('HINCRBY', KEYS[1], 'chunksDone', 1)
  redis.call('HDEL', KEYS[3], ARGV[1])
  redis.call('HDEL', KEYS[5], ARGV[1])
  touch()
  redis.call('EXPIRE', KEYS[2], ARGV[3])
  completeIfDone(ARGV[3])
  tell()
end
return 1`;

/** ARGV: rowsTotal, chunks, ttl */
export const sealJob = `${header}
${finishFunction}
if not isOpen(redis.call('HGET', KEYS[1], 'state')) then return 0 end
if redis.call('HEXISTS', KEYS[1], 'chunks') == 0 then
  redis.call('HINCRBY', KEYS[7], 'jobsSubmitted', 1)
  redis.call('HINCRBY', KEYS[7], 'jobRowsSubmitted', ARGV[1])
end
redis.call('HSET', KEYS[1], 'rowsTotal', ARGV[1], 'chunks', ARGV[2])
touch()
completeIfDone(ARGV[3])
tell()
return 1`;

/** ARGV: failed or cancelled, error or '', ttl */
export const endJob = `${header}
${finishFunction}
if not isOpen(redis.call('HGET', KEYS[1], 'state')) then return 0 end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'error', ARGV[2]) end
finish(ARGV[1], ARGV[3])
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
 * A blob of a job that can still use it: rows while it is open, results unless it failed or was cancelled. KEYS: job,
 * blobs; ARGV: index, bytes, ttl, in or out. No allow-oom: this is what a full Redis refuses.
 */
export const putBlob = `
local state = redis.call('HGET', KEYS[1], 'state')
local open = state == 'queued' or state == 'running'
if not open and not (state == 'completed' and ARGV[4] == 'out') then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
if redis.call('TTL', KEYS[2]) < 0 then redis.call('EXPIRE', KEYS[2], ARGV[3]) end
return 1`;
