import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

/** An address, or a name as DNS has them; no URL and no port. */
export const isHost = (text: string): boolean =>
  isIP(text) !== 0 ||
  /^[A-Za-z0-9_]([\w-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([\w-]*[A-Za-z0-9_])?)*\.?$/.test(text);

/** What is wrong with HOST as only a look into DNS tells; to be told with the other wrong variables. */
export async function hostProblems({
  HOST,
}: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  const host = HOST?.trim() ?? "";
  if (host === "" || !isHost(host)) return [];
  try {
    await lookup(host);
    return [];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return [`HOST: expected an address or a name that resolves (${code}), got ${JSON.stringify(host)}`];
  }
}
