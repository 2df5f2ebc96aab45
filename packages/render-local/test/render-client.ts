import { checkAgainstOpenApi } from "./openapi.js";

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the tests read what the API answers as JSON of any shape
  body: any;
}

/** Calls the API as any client of Render does. Every answer is checked against Render's OpenAPI document. */
export class RenderClient {
  constructor(
    readonly url: string,
    private readonly apiKey: string,
  ) {}

  get(path: string): Promise<Answer> {
    return this.call("GET", path);
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return this.call("POST", path, body);
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const isForm = body instanceof FormData;
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.apiKey}`,
        ...(body === undefined || isForm ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: isForm ? body : body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    const answer = {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
    if (isJson || text === "")
      checkAgainstOpenApi(method, path.split("?")[0], answer.status, isJson ? answer.body : undefined);
    return answer;
  }
}
