import type { ComputePlan } from "../plans.js";
import type { Artifact } from "./deploy.js";
import type { Variables } from "./environment.js";

/**
 * A build with the settings and variables it runs with, as they were when its deploy began. A restart uses it again
 * unchanged: new variables come into force with the next deploy.
 */
export interface Release {
  serviceId: string;
  serviceName: string;
  deployId: string;
  artifact: Artifact;
  startCommand: string;
  /** Whether it listens on a port: web and private services. */
  takesConnections: boolean;
  healthCheckPath: string;
  externalHost: string;
  plan: ComputePlan;
  maxShutdownDelaySeconds: number;
  /** The environment of the build, without what differs between instances. */
  environment: Record<string, string>;
  variables: Variables;
}
