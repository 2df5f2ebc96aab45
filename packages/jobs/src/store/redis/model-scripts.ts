/**
 * One piece of a file on its way in. KEYS: the arriving file; ARGV: piece, bytes, seconds to live. No allow-oom: this is
 * what a full Redis refuses.
 */
export const putPiece = `
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1`;

/**
 * Makes a record current. KEYS: models, then `arrived` pairs of (arriving file, file), then `kept` files that must be
 * there, then files that are no longer current. ARGV: name, record, the record expected or '', arrived, kept,
 * retention. Answers 'changed' where another record is current, 'gone' where a file is missing; nothing is done then.
 */
export const putModel = `
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[3] then return 'changed' end
local arrived, kept = tonumber(ARGV[4]), tonumber(ARGV[5])
local first = 2 * arrived + 2
for i = 2, first - 2, 2 do
  if redis.call('EXISTS', KEYS[i]) == 0 then return 'gone' end
end
for i = first, first + kept - 1 do
  if redis.call('EXISTS', KEYS[i]) == 0 then return 'gone' end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
for i = 2, first - 2, 2 do
  redis.call('RENAME', KEYS[i], KEYS[i + 1])
  redis.call('PERSIST', KEYS[i + 1])
end
for i = first, first + kept - 1 do redis.call('PERSIST', KEYS[i]) end
for i = first + kept, #KEYS do redis.call('EXPIRE', KEYS[i], ARGV[6]) end
redis.call('PUBLISH', 'shap:models:changed', ARGV[1])
return 'done'`;

/**
 * Takes a record away. KEYS: models, its files. ARGV: name, the record expected, seconds its files stay. A full Redis must still be
 * able to free.
 */
export const removeModel = `#!lua flags=allow-oom
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 'changed' end
redis.call('HDEL', KEYS[1], ARGV[1])
for i = 2, #KEYS do redis.call('EXPIRE', KEYS[i], ARGV[3]) end
redis.call('PUBLISH', 'shap:models:changed', ARGV[1])
return 'done'`;

/** Keeps files that would go sooner. KEYS: files. ARGV: seconds they stay. 0 where one is gone. */
export const holdFiles = `#!lua flags=allow-oom
for i = 1, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 0 then return 0 end
end
for i = 1, #KEYS do
  if redis.call('TTL', KEYS[i]) >= 0 then redis.call('EXPIRE', KEYS[i], ARGV[1], 'GT') end
end
return 1`;
