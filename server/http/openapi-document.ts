import { ERRORS } from "#shared/contract/errors.ts";
import { contract } from "#shared/contract/contract.ts";
import { type OpenAPI, OpenAPIGenerator } from "@orpc/openapi";
import { ZodToJsonSchemaConverter } from "@orpc/zod/zod4";

const IDEMPOTENCY_HEADER: OpenAPI.ParameterObject = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "Repeats with the same key within 24 hours get the first reply and have no second effect.",
  schema: { type: "string", minLength: 1, maxLength: 200 },
};

/** `GET /api/openapi.json`: made from the contract, so it cannot differ from what is served. */
export async function createOpenApiDocument(options: {
  version: string;
  /** Name of the session cookie (it depends on https). */
  sessionCookie: string;
}): Promise<OpenAPI.Document> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(contract, {
    info: {
      title: "Ringside",
      version: options.version,
      description: "AI phone calls that people can watch, steer and trust.",
    },
    servers: [{ url: "/api" }],
    security: [{ bearer: [] }, { session: [] }],
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "The `set-auth-token` header of a sign-in." },
        session: { type: "apiKey", in: "cookie", name: options.sessionCookie },
      },
    },
    customErrorResponseBodySchema: (errors) => ({
      oneOf: errors.map(([code, message, dataRequired, data]) => ({
        type: "object",
        properties: { code: { const: code }, message: { type: "string", examples: [message] }, data },
        required: ["code", "message", ...(dataRequired ? ["data"] : [])],
      })),
    }),
  });
  for (const item of Object.values(document.paths ?? {})) finishPath(item);
  return document;
}

/** Adds what the generator cannot know: the tag, readable status lines, the idempotency header. */
function finishPath(item: OpenAPI.PathItemObject | undefined): void {
  for (const operation of [item?.get, item?.post]) {
    if (operation === undefined) continue;
    operation.tags = [operation.operationId?.split(".")[0] ?? "other"];
    for (const [status, response] of Object.entries(operation.responses ?? {})) {
      if (response && "description" in response) response.description = descriptionOf(status);
    }
  }
  if (item?.post) item.post.parameters = [...(item.post.parameters ?? []), IDEMPOTENCY_HEADER];
}

function descriptionOf(status: string): string {
  if (status === "200") return "Done.";
  const codes = Object.entries(ERRORS).filter(([, error]) => String(error.status) === status);
  return codes.map(([code]) => code).join(", ");
}
