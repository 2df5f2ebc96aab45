import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Makes an authority of our own and a certificate of it for loopback, in `folder`, as openssl makes them. */
export async function selfSigned(folder: string): Promise<{ ca: string; cert: string; key: string }> {
  const file = (name: string) => join(folder, name);
  const newKey = ["req", "-newkey", "rsa:2048", "-nodes"];
  await run("openssl", [
    ...[...newKey, "-x509", "-days", "2", "-subj", "/CN=An authority of our own"],
    ...["-keyout", file("ca.key"), "-out", file("ca.crt")],
  ]);
  await run("openssl", [
    ...[...newKey, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    ...["-keyout", file("redis.key"), "-out", file("redis.csr")],
  ]);
  await run("openssl", [
    ...["x509", "-req", "-days", "2", "-copy_extensions", "copy", "-in", file("redis.csr")],
    ...["-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-CAcreateserial", "-out", file("redis.crt")],
  ]);
  return { ca: file("ca.crt"), cert: file("redis.crt"), key: file("redis.key") };
}
