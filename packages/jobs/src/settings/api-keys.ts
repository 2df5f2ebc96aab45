import { z } from "zod";

const roles = ["read", "write", "admin"] as const;
/** What a key may do: `read` explains and reads, `write` submits jobs too, `admin` changes models and workers. */
export type Role = (typeof roles)[number];

export interface ApiKey {
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the key, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** One key in plain. What no header can carry would lock everybody out. */
export const apiKey = z.string().regex(/^[\x21-\x7e]{8,}$/, {
  error: "expected at least 8 letters, digits or signs of ASCII, without spaces",
});

/** `name:role:sha256hex,…` */
export const apiKeys = z
  .string()
  .transform((text) => text.split(",").map((part) => part.trim()))
  .refine((parts) => parts.every((part) => /^[\w.-]+:(read|write|admin):[0-9a-fA-F]{64}$/.test(part)), {
    error: "expected name:role:sha256hex, separated by commas; role is read, write or admin",
    abort: true,
  })
  .transform((parts) =>
    parts.map((part): ApiKey => {
      const [name, role, sha256] = part.split(":") as [string, Role, string];
      return { name, role, sha256: sha256.toLowerCase() };
    }),
  )
  .superRefine((keys, context) => {
    for (const [place, { name, sha256 }] of keys.entries()) {
      const earlier = keys.slice(0, place);
      if (earlier.some((other) => other.name === name)) {
        context.addIssue(`expected each name once, got ${name} twice`);
      }
      const same = earlier.find((other) => other.sha256 === sha256);
      if (same !== undefined)
        context.addIssue(`expected each key once, got one key as ${same.name} and ${name}`);
    }
  });
