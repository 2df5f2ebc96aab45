"""The worker half: python worker.py fork|simple, with REDIS_URL and what tasks.py needs.

RQ's usual worker forks for every job; `tasks` is imported before, so that the forks find the model in memory. The
simple worker runs the jobs in its own process.
"""

import os
import sys

import tasks  # noqa: F401  the model, before any job
from redis import Redis
from rq import Queue, SimpleWorker, Worker

worker_class = {"fork": Worker, "simple": SimpleWorker}[sys.argv[1]]
redis = Redis.from_url(os.environ["REDIS_URL"])
worker_class([Queue("explain", connection=redis)], connection=redis).work(logging_level="WARNING")
