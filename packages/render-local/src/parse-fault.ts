import type { Fault, HttpFault, ServiceFaultKind } from "./faults.js";

const serviceFaults: ServiceFaultKind[] = [
  "deploy-stuck",
  "build-fails",
  "health-check-fails",
  "deploy-superseded",
  "unknown-status",
  "crash-loop",
  "out-of-memory",
  "key-value-unhealthy",
];
const answers = ["401", "402", "404", "409", "429", "500", "503", "garbage", "hang"];

export const faultHelp =
  "http=429,call=3,times=2,method=GET,path=/deploys (answers: 401 402 404 409 429 500 503 garbage hang), " +
  `sync-error, or KIND=SERVICE[,times=N] with KIND ${serviceFaults.join(", ")}`;

/** Reads a fault as the command line writes it. @throws Error that says what is expected */
export function parseFault(text: string): Fault {
  const [head, ...rest] = text.split(",");
  const [kind, subject] = head.split("=", 2);
  const settings = Object.fromEntries(rest.map((part) => part.split("=", 2) as [string, string]));
  const times = settings.times === undefined ? {} : { times: count("times", settings.times) };
  if (kind === "http") {
    if (!answers.includes(subject)) throw new Error(`http= is one of ${answers.join(", ")}.`);
    const answer = (Number.isNaN(Number(subject)) ? subject : Number(subject)) as HttpFault["answer"];
    const { method, path } = settings;
    const call = settings.call === undefined ? {} : { call: count("call", settings.call) };
    return { kind, answer, ...times, ...call, ...(method && { method }), ...(path && { path }) };
  }
  if (kind === "sync-error") return { kind, ...times };
  const serviceFault = serviceFaults.find((one) => one === kind);
  if (!serviceFault) throw new Error(`there is no fault ${kind}; there are: ${faultHelp}.`);
  if (!subject) throw new Error(`name the service: ${kind}=SERVICE.`);
  return { kind: serviceFault, service: subject, ...times } as Fault;
}

function count(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(`${name}= is a whole number from 1.`);
}
