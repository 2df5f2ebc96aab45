type Operation = { summary: string; "x-role"?: string; responses: Record<string, { description: string }> };
type Document = {
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
};

/** The OpenAPI document as a page to read, without a script or a foreign origin. */
export function docsPage(
  document: object,
  problems: Readonly<Record<string, readonly [number, string]>>,
): string {
  const { info, paths } = document as Document;
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) =>
        `<tr><td><code>${method.toUpperCase()} ${escapeHtml(path)}</code></td><td>${escapeHtml(operation.summary)}</td>` +
        `<td>${operation["x-role"] ?? "open"}</td><td>${Object.keys(operation.responses).join(" ")}</td></tr>`,
    ),
  );
  const faults = Object.entries(problems).map(
    ([code, [status, title]]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${escapeHtml(title)}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(info.title)}</title>
<style>body{font:16px/1.5 system-ui;max-width:64rem;margin:2rem auto;padding:0 1rem}td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}</style></head>
<body><h1>${escapeHtml(info.title)} ${escapeHtml(info.version)}</h1><p>${escapeHtml(info.description)}
The same as a document for programs: <a href="/openapi.json">/openapi.json</a>.</p>
<h2>Addresses</h2><table><tr><th>Address</th><th>Does</th><th>Role</th><th>Answers</th></tr>${rows.join("\n")}</table>
<h2>Problems</h2><table><tr><th>Code</th><th>Status</th><th>Meaning</th></tr>${faults.join("\n")}</table></body></html>
`;
}

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
