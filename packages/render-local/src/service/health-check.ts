import { connect } from "node:net";

// A busy laptop answers later than a machine on Render: the wait for one answer is not scaled.
const answerMilliseconds = 5000;

/**
 * One health check of an instance: GET of the path, healthy with 2xx or 3xx within five seconds. Without a path, a
 * web service is up when its port takes connections.
 *
 * @returns undefined when healthy, else why not
 */
export async function checkHealth(port: number, path: string, host: string): Promise<string | undefined> {
  if (path === "") return (await acceptsConnections(port)) ? undefined : "no open port detected";
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      redirect: "manual",
      headers: { "user-agent": "Render/1.0", "x-forwarded-host": host, connection: "close" },
      signal: AbortSignal.timeout(answerMilliseconds),
    });
    await response.body?.cancel();
    return response.status < 400 ? undefined : `HTTP health check failed (status ${response.status})`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `HTTP health check failed (${cause instanceof Error ? cause.message : String(cause)})`;
  }
}

async function acceptsConnections(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.setTimeout(answerMilliseconds);
    const end = (open: boolean) => (): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });
}
