import { usageError } from "../errors.js";
import type { CommandContext } from "../terminal/console.js";
import { RenderHttp } from "./http.js";
import { RenderApi } from "./render-api.js";

/** Render's API with the key of the environment. @throws a usage error when there is no key */
export function connectToRender(context: CommandContext): RenderApi {
  const { environment, console, clock, signal, answerTimeout: timeout } = context;
  const apiKey = environment.RENDER_API_KEY?.trim();
  if (!apiKey) {
    throw usageError(
      "RENDER_API_KEY is not set.",
      "no_api_key",
      "make a key at https://dashboard.render.com/u/settings#api-keys, then: export RENDER_API_KEY=rnd_...",
    );
  }
  console.secrets.add(apiKey);
  const apiUrl = environment.RENDER_API_URL || undefined;
  const http = new RenderHttp({
    apiKey,
    apiUrl,
    clock,
    signal,
    timeout,
    onRetry: (line) => console.detail(line),
  });
  return new RenderApi(http);
}
