import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LocalSystem } from "../commands/open-system.js";
import { printableLine } from "../terminal/printable.js";
import { type Finding, Findings } from "./finding.js";

const shownPaths = 3;

/** Git, Node and the lock file: what Render will check out and install. */
export async function checkRepository({ repository, target, file }: LocalSystem): Promise<Finding[]> {
  const findings = new Findings("repository");
  const changes = await repository.changes();
  if (changes.length === 0) findings.pass("clean", "everything is committed");
  else {
    const more = changes.length > shownPaths ? ` and ${changes.length - shownPaths} more` : "";
    findings.warning("clean", {
      title: `not committed: ${changes.slice(0, shownPaths).map(printableLine).join(", ")}${more}`,
      why: "Render deploys commits: what is not committed stays here",
      fix: "git add -A && git commit",
    });
  }
  const branch = await repository.branch();
  if (branch === undefined) {
    findings.failure("branch", {
      title: "no branch is checked out",
      why: "the stamp would be committed where nobody finds it again",
      fix: `git switch ${target.branch}`,
    });
  } else {
    findings.pass(
      "branch",
      `${printableLine(branch)} goes to ${printableLine(`${target.remote} ${target.branch}`)}`,
    );
  }
  await checkRemote(findings, { repository, target });
  await checkNode(findings, repository.folder, file);
  return findings.list;
}

async function checkRemote(
  findings: Findings,
  { repository, target }: Pick<LocalSystem, "repository" | "target">,
): Promise<void> {
  let remote: string | undefined;
  try {
    remote = await repository.remoteHead(target);
  } catch (error) {
    findings.failure("remote", {
      title: `${target.remote} cannot be asked: ${printableLine((error as Error).message).slice(0, 160)}`,
      why: "a deploy pushes there",
      fix: "check the network and your right to push",
    });
    return;
  }
  if (remote === undefined) {
    findings.warning("remote", {
      title: `${target.remote} has no branch ${printableLine(target.branch)} yet`,
      why: "the Blueprint follows a branch of the remote",
      fix: `git push --set-upstream ${target.remote} ${target.branch}`,
    });
  } else if (await repository.isAncestor(remote, await repository.head())) {
    findings.pass("remote", `nothing at ${target.remote} that is not here`);
  } else {
    findings.failure("remote", {
      title: `${target.remote} ${printableLine(target.branch)} has commits that are not here`,
      why: "the push of the deploy would be rejected",
      fix: `git pull --rebase ${target.remote} ${target.branch}`,
    });
  }
}

async function checkNode(findings: Findings, folder: string, blueprint: string): Promise<void> {
  const root = join(folder, blueprint, "..");
  const manifest = await readFile(join(root, "package.json"), "utf8").catch(() => undefined);
  if (manifest === undefined) {
    findings.failure("package", {
      title: "there is no package.json beside the Blueprint",
      why: "Render builds with npm",
      fix: "run shap-deploy in the folder of the service",
    });
    return;
  }
  let engines: unknown;
  try {
    engines = (JSON.parse(manifest) as { engines?: { node?: unknown } }).engines?.node;
  } catch {
    findings.failure("package", {
      title: "package.json is no JSON",
      why: "npm cannot install",
      fix: "mend package.json",
    });
    return;
  }
  if (typeof engines === "string") findings.pass("node", `Node ${printableLine(engines)} is asked for`);
  else {
    findings.warning("node", {
      title: "package.json does not say which Node it needs",
      why: "Render would take its default, which changes with time",
      fix: '"engines": { "node": ">=20.19" }',
    });
  }
  const hasLock = await access(join(root, "package-lock.json")).then(
    () => true,
    () => false,
  );
  if (hasLock) findings.pass("lock-file", "package-lock.json is there");
  else {
    findings.failure("lock-file", {
      title: "there is no package-lock.json",
      why: "npm ci stops without it, and two builds could differ",
      fix: "npm install && git add package-lock.json",
    });
  }
}
