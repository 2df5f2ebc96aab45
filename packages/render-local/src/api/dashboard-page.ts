import type { Workspace } from "../workspace/workspace.js";

const shownDeploys = 10;
const shownLines = 200;

/** What `dashboardUrl` leads to: the state, the last deploys and the last lines of a resource, as plain text. */
export function dashboardPage({ services, keyValues, platform }: Workspace, id: string): string | undefined {
  const service = services.get(id);
  const resource = service ?? keyValues.get(id);
  if (!resource) return undefined;
  const deploys = (service?.deploys.all ?? [])
    .slice(0, shownDeploys)
    .map(
      ({ createdAt, commit, trigger, status }) =>
        `${createdAt} ${commit.id.slice(0, 7)} ${trigger}: ${status}`,
    );
  const instances = (service?.fleet.instances ?? []).map(
    (instance) => `${instance.id} ${instance.state}, restarted ${instance.restarts} times`,
  );
  const lines = platform.logs.lines
    .filter(({ labels }) => labels.resource === id)
    .slice(-shownLines)
    .map(({ timestamp, message }) => `${timestamp.slice(0, 23)}Z ${message}`);
  const sections = [
    [`${resource.name} (${id})`],
    ["Instances", ...instances],
    ["Deploys", ...deploys],
    ["Logs", ...lines],
  ];
  return sections
    .filter((section) => section.length > 1 || section === sections[0])
    .map((section) => section.join("\n"))
    .join("\n\n")
    .concat("\n");
}
