import type { Clock } from "../clock.js";
import { DeployToolError } from "../errors.js";
import { exitCode } from "../exit-code.js";
import { deployPhase, describeStatus } from "../render/deploy-status.js";
import type { RenderApi } from "../render/render-api.js";

const pollMilliseconds = 4000;

/** Waits until one deploy of a service is live, without regard to its commit. */
export async function waitForRollback(
  api: RenderApi,
  clock: Clock,
  service: { id: string; name: string },
  deployId: string,
  timeout: number,
): Promise<void> {
  const deadline = clock.deadline(timeout);
  for (;;) {
    const { status } = await api.deploy(service.id, deployId);
    const phase = deployPhase(status);
    if (phase === "live") return;
    if (phase === "failed" || phase === "canceled" || phase === "superseded") {
      throw new DeployToolError(`${service.name}: going back ended as ${describeStatus(status)}.`, {
        code: "rollback_failed",
        exitCode: phase === "failed" ? exitCode.deployFailed : exitCode.superseded,
        fix: "look at the service in Render's dashboard; run shap-deploy rollback again",
      });
    }
    if (clock.now() >= deadline) {
      throw new DeployToolError(`${service.name} is not back in time (${describeStatus(status)}).`, {
        code: "rollback_timeout",
        exitCode: exitCode.timedOut,
        fix: "run shap-deploy rollback again: it goes on waiting",
      });
    }
    await clock.wait(pollMilliseconds);
  }
}
