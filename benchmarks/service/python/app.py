"""The web half: takes rows as JSON, cuts them into batches, and joins what the worker made of them.

    POST /explain {"rows": [[...], ...]}  ->  202 {"id": ...}
    GET  /explain/ID                      ->  {"state": "running" | "completed" | "failed"}
    GET  /explain/ID/result               ->  {"base_value": ..., "values": [[...], ...]}

Needs REDIS_URL: gunicorn --workers 1 app:app
"""

import json
import os
import uuid

from flask import Flask, abort, jsonify, request
from redis import Redis
from rq import Queue
from rq.job import Job, JobStatus

BATCH_ROWS = 500
KEEP_SECONDS = 24 * 3600

app = Flask(__name__)
redis = Redis.from_url(os.environ["REDIS_URL"])
queue = Queue("explain", connection=redis)


@app.post("/explain")
def submit():
    rows = request.get_json()["rows"]
    jobs = queue.enqueue_many([
        Queue.prepare_data("tasks.explain", args=(rows[start:start + BATCH_ROWS],), result_ttl=KEEP_SECONDS)
        for start in range(0, len(rows), BATCH_ROWS)
    ])
    request_id = uuid.uuid4().hex
    redis.set(f"request:{request_id}", json.dumps([job.id for job in jobs]), ex=KEEP_SECONDS)
    return jsonify(id=request_id), 202


@app.get("/explain/<request_id>")
def state(request_id):
    # The last batch first: while it waits, which is nearly always, one look is enough.
    for batch in reversed(batches(request_id)):
        status = Job(batch, connection=redis).get_status()
        if status == JobStatus.FAILED:
            return jsonify(state="failed")
        if status != JobStatus.FINISHED:
            return jsonify(state="running")
    return jsonify(state="completed")


@app.get("/explain/<request_id>/result")
def result(request_id):
    answers = [job.return_value() for job in Job.fetch_many(batches(request_id), connection=redis)]
    values = [row for answer in answers for row in answer["values"]]
    return jsonify(base_value=answers[0]["base_value"], values=values)


def batches(request_id):
    text = redis.get(f"request:{request_id}")
    if text is None:
        abort(404)
    return json.loads(text)
