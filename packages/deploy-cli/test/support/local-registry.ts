import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";

interface Version {
  manifest: { name: string; version: string };
  tarball: () => Promise<Buffer>;
}

/**
 * A package registry on this computer that has what the repository's lock file names, packed from node_modules, and the
 * packages that are given to it. What npm installs from here comes from no network.
 */
export class LocalRegistry {
  readonly #versions = new Map<string, Version[]>();
  readonly #server: Server;

  private constructor(root: string) {
    const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
      packages: Record<string, { link?: boolean }>;
    };
    for (const [path, { link }] of Object.entries(lock.packages)) {
      if (path.startsWith("node_modules/") && !link) this.#addFolder(join(root, path));
    }
    this.#server = createServer((request, response) => {
      void this.#answer(decodeURIComponent(request.url ?? "/")).then((body) => {
        response.writeHead(body === undefined ? 404 : 200).end(body);
      });
    });
  }

  static async start(root: string): Promise<LocalRegistry> {
    const registry = new LocalRegistry(root);
    await new Promise<void>((resolve) => registry.#server.listen(0, "127.0.0.1", resolve));
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #addFolder(folder: string): void {
    let manifest: Version["manifest"];
    try {
      manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    } catch {
      return; // A package for another system, which is not installed here.
    }
    const pack = async () => {
      const args = ["-cz", "--exclude=node_modules", "-C", dirname(folder), basename(folder)];
      return Buffer.from((await execa("tar", args, { encoding: "buffer" })).stdout);
    };
    const known = this.#versions.get(manifest.name) ?? [];
    this.#versions.set(manifest.name, [...known, { manifest, tarball: pack }]);
  }

  /** `/name` is the list of versions, `/-/name@version` a version's files. */
  async #answer(path: string): Promise<string | Buffer | undefined> {
    const file = /^\/-\/(.+)@([^@]+)$/.exec(path);
    if (file) {
      const version = this.#versions.get(file[1])?.find(({ manifest }) => manifest.version === file[2]);
      return await version?.tarball();
    }
    const name = path.slice(1);
    const versions = this.#versions.get(name);
    if (!versions) return undefined;
    const listed = versions.map(({ manifest }) => [
      manifest.version,
      {
        ...manifest,
        dist: { tarball: `${this.url}/-/${encodeURIComponent(`${name}@${manifest.version}`)}` },
      },
    ]);
    return JSON.stringify({
      name,
      "dist-tags": { latest: versions[0].manifest.version },
      versions: Object.fromEntries(listed),
    });
  }
}
